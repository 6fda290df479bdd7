/** From the log-probabilities of tokens to a loss and its gradient. */
package dev.newt.objective;
