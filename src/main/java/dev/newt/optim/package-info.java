/** Optimizers, learning-rate schedules and gradient clipping. */
package dev.newt.optim;
