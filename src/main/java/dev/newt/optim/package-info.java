/**
 * What changes parameters: optimizers, their settings and parameter groups, learning-rate schedules, and clipping by the gradients' norm.
 *
 * <p>It must never know the model, the loss or where the settings were written. Begin with {@link dev.newt.optim.OptimizerSettings} and
 * {@link dev.newt.optim.Sgd}: another optimizer is such a pair, a kernel in {@code kernels/torch/optimizer.py} and a name in {@code config}.
 */
package dev.newt.optim;
