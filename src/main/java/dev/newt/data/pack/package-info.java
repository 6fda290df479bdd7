/**
 * Which examples share a micro batch, in which order, in every epoch: sample packing and shuffling. It must never know what the tokens
 * mean; it sees lengths and a seed. Begin with {@link dev.newt.data.pack.BatchPlan}, then {@code Packing}.
 */
package dev.newt.data.pack;
