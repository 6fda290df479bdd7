/**
 * The training loop: optimizer steps over data, with evaluations, checkpoints, events and stops between them.
 *
 * <p>It must never know an objective or an optimizer by name, nor where settings were written. Begin with {@link dev.newt.train.Trainer};
 * {@link dev.newt.train.Checkpoints} has the checkpoint's format, {@link dev.newt.train.TrainingEvent} what the outside hears.
 */
package dev.newt.train;
