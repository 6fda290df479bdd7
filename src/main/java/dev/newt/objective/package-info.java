/**
 * From the log-probabilities of tokens to a loss, its gradient and named metrics.
 *
 * <p>It must never know how log-probabilities are computed, nor by what steps the loss is made smaller. Begin with
 * {@link dev.newt.objective.Objective} and {@link dev.newt.objective.Dpo}; {@link dev.newt.objective.Sft} stands by itself, since its gradients
 * are known before the log-probabilities are.
 */
package dev.newt.objective;
