/**
 * A run's curves as TensorBoard event files. It must never depend on TensorFlow: the file format and its messages are written here.
 * Begin with {@link dev.newt.report.tensorboard.TensorBoardFiles}, then {@code EventMessages} and {@code RecordFile}.
 */
package dev.newt.report.tensorboard;
