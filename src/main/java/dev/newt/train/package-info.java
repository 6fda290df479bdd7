/** The training loop: steps, evaluations, checkpoints, and events for those who listen. */
package dev.newt.train;
