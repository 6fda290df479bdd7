package dev.newt.data.pack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * Which examples each step of each epoch reads. The plan of an epoch is a function of (lengths, settings, epoch) alone, so a run can
 * resume at any step. As in Hugging Face's Trainer nothing is left out: the last micro batch of an epoch may have fewer examples (or bins)
 * and the last step fewer micro batches.
 *
 * <p>Every epoch has the same number of steps: bins are packed anew each epoch, but examples of one length only change places.
 */
public final class BatchPlan {
    private final int[] lengths;
    private final BatchSettings settings;
    private final int microBatchesPerEpoch;
    private final OptionalDouble packingEfficiency;
    private volatile Optional<Planned> latest = Optional.empty();

    private record Planned(int epoch, Units units) {}

    /**
     * Plans for examples of these lengths.
     *
     * @throws IllegalArgumentException if there are none, or one is empty or longer than a bin
     */
    public BatchPlan(int[] lengths, BatchSettings settings) {
        this.lengths = lengths.clone();
        this.settings = settings;
        long tokens = tokens(lengths, settings);
        int units = Units.count(lengths, settings);
        this.microBatchesPerEpoch = ceilDiv(units, settings.microBatchSize());
        this.packingEfficiency = settings.samplePacking()
                ? OptionalDouble.of(efficiency(tokens, units, settings))
                : OptionalDouble.empty();
    }

    /** Tokens over the room of all bins that examples of these lengths fill. */
    public static double packingEfficiency(int[] lengths, BatchSettings packed) {
        return efficiency(tokens(lengths, packed), Units.count(lengths, packed), packed);
    }

    private static double efficiency(long tokens, int bins, BatchSettings settings) {
        return (double) tokens / ((double) bins * settings.sequenceLen());
    }

    private static long tokens(int[] lengths, BatchSettings settings) {
        long tokens = 0;
        for (int length : lengths) {
            if (length < 1 || length > settings.sequenceLen()) {
                throw new IllegalArgumentException(
                        "an example of " + length + " tokens, sequence_len " + settings.sequenceLen());
            }
            tokens += length;
        }
        if (lengths.length == 0) {
            throw new IllegalArgumentException("no examples");
        }
        return tokens;
    }

    /** Micro batches of one pass over the data. */
    public int microBatchesPerEpoch() {
        return microBatchesPerEpoch;
    }

    /** Optimizer steps of one pass over the data; at least 1. */
    public int stepsPerEpoch() {
        return ceilDiv(microBatchesPerEpoch, settings.gradientAccumulationSteps());
    }

    /** Tokens over the room of all bins; empty without packing, where nothing is padded. */
    public OptionalDouble packingEfficiency() {
        return packingEfficiency;
    }

    /**
     * The micro batches of one optimizer step, each as indices of examples in the order they stand in it.
     *
     * @param epoch from 0
     * @param step within the epoch, from 0
     */
    public List<int[]> microBatches(int epoch, int step) {
        if (epoch < 0 || step < 0 || step >= stepsPerEpoch()) {
            throw new IndexOutOfBoundsException("epoch " + epoch + ", step " + step + " of " + stepsPerEpoch());
        }
        Units units = units(epoch);
        int first = step * settings.gradientAccumulationSteps();
        int end = Math.min(first + settings.gradientAccumulationSteps(), microBatchesPerEpoch);
        List<int[]> microBatches = new ArrayList<>();
        for (int i = first; i < end; i++) {
            int from = i * settings.microBatchSize();
            int to = Math.min(from + settings.microBatchSize(), units.size());
            microBatches.add(IntStream.range(from, to)
                    .mapToObj(units::get)
                    .flatMapToInt(Arrays::stream)
                    .toArray());
        }
        return microBatches;
    }

    private Units units(int epoch) {
        Optional<Planned> planned = latest;
        if (planned.isPresent() && planned.get().epoch() == epoch) {
            return planned.get().units();
        }
        Units units = Units.of(lengths, settings, epoch);
        latest = Optional.of(new Planned(epoch, units));
        return units;
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }
}
