/**
 * Wires a plan into parts: data, model, adapter, training, and what comes after. It must never know a configuration's keys, only the plan's
 * settings. Begin with {@link dev.newt.run.TrainingRun}.
 */
package dev.newt.run;
