/**
 * How processes that train one model together share sums and wishes.
 *
 * <p>It must never know what is summed, nor why. Begin with {@link dev.newt.ranks.Ranks}; {@link dev.newt.ranks.Ranks#ALONE} is the only one so
 * far, and the training loop asks it for weights, keys of randomness and the wish to stop.
 */
package dev.newt.ranks;
