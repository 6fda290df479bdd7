package dev.newt.data.pack;

/**
 * How examples become micro batches and steps. Examples that are never parted, such as the two of a pair, are one example here. Names are
 * Axolotl's.
 *
 * @param microBatchSize examples of a micro batch; with packing, bins of {@code sequenceLen} tokens
 * @param gradientAccumulationSteps micro batches of an optimizer step
 * @param sequenceLen most tokens of an example (of a pair, of both together), and the capacity of a bin
 * @param samplePacking whether short examples share a bin
 * @param samplePackingBinSize most examples of a bin
 * @param samplePackingSequentially fills bins in the order of the data instead of by best fit
 * @param shuffle whether each epoch has its own random order
 * @param seed of that order
 */
public record BatchSettings(
        int microBatchSize,
        int gradientAccumulationSteps,
        int sequenceLen,
        boolean samplePacking,
        int samplePackingBinSize,
        boolean samplePackingSequentially,
        boolean shuffle,
        long seed) {
    public BatchSettings {
        if (microBatchSize < 1 || gradientAccumulationSteps < 1 || sequenceLen < 1 || samplePackingBinSize < 1) {
            throw new IllegalArgumentException("sizes must be at least 1");
        }
    }
}
