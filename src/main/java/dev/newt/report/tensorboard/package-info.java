/** A run's curves as TensorBoard event files. */
package dev.newt.report.tensorboard;
