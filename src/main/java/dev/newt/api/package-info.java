/**
 * Newt for Java programs: validate, plan, train, evaluate, generate, merge, as the command line does them.
 *
 * <p>Begin with {@link dev.newt.api.Newt}. Settings come from a YAML file, from a text, or from {@link dev.newt.plan.RunSettings#builder() a
 * builder} whose methods have the keys' names; the same keys give the same plan wherever they are written. Results are plain records:
 * {@link dev.newt.plan.ExecutionPlan}, {@link dev.newt.plan.Fit}, {@link dev.newt.api.TrainingOutcome}, {@link dev.newt.run.Evaluation}. What
 * happens in a run is told as {@link dev.newt.train.TrainingEvent}s, and a {@link dev.newt.train.StopRequest} ends it with a checkpoint.
 *
 * <p>Input that cannot be used is a {@link dev.newt.io.UserException}, whose message says all that is wrong and what would be right; a loss that
 * breaks down is a {@link dev.newt.train.TrainingFailedException}. Nothing here prints, reads standard input or ends the JVM; libraries may log
 * through SLF4J. It must never know the command line.
 */
package dev.newt.api;
