package dev.newt.data.pack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Which examples each step of each epoch reads. The plan of an epoch is a function of (lengths, settings, epoch) alone, so a run can
 * resume at any step. As in Hugging Face's Trainer nothing is left out: the last micro batch of an epoch may have fewer examples (or bins)
 * and the last step fewer micro batches.
 *
 * <p>Every epoch has the same number of steps: bins are packed anew each epoch, but examples of one length only change places.
 */
public final class BatchPlan {
    private static final int ORDER = 0;
    private static final int BIN_ORDER = 1;

    private final int[] lengths;
    private final BatchSettings settings;
    private final int microBatchesPerEpoch;
    private final OptionalDouble packingEfficiency;
    private volatile Epoch latest;

    /**
     * Plans for examples of these lengths.
     *
     * @throws IllegalArgumentException if there are none, or one is longer than a bin
     */
    public BatchPlan(int[] lengths, BatchSettings settings) {
        this.lengths = lengths.clone();
        this.settings = settings;
        long tokens = 0;
        for (int length : lengths) {
            if (length > settings.sequenceLen()) {
                throw new IllegalArgumentException(
                        "an example of " + length + " tokens, sequence_len " + settings.sequenceLen());
            }
            tokens += length;
        }
        if (lengths.length == 0) {
            throw new IllegalArgumentException("no examples");
        }
        List<int[]> units = units(0);
        this.microBatchesPerEpoch = ceilDiv(units.size(), settings.microBatchSize());
        this.packingEfficiency = settings.samplePacking()
                ? OptionalDouble.of((double) tokens / ((double) units.size() * settings.sequenceLen()))
                : OptionalDouble.empty();
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
        Epoch plan = latest;
        if (plan == null || plan.number() != epoch) {
            plan = new Epoch(epoch, units(epoch));
            latest = plan;
        }
        int first = step * settings.gradientAccumulationSteps();
        int end = Math.min(first + settings.gradientAccumulationSteps(), microBatchesPerEpoch);
        List<int[]> microBatches = new ArrayList<>();
        for (int i = first; i < end; i++) {
            int from = i * settings.microBatchSize();
            int to = Math.min(from + settings.microBatchSize(), plan.units().size());
            microBatches.add(plan.units().subList(from, to).stream()
                    .flatMapToInt(Arrays::stream)
                    .toArray());
        }
        return microBatches;
    }

    /** What a micro batch counts: single examples, or bins; in the order of the epoch. */
    private List<int[]> units(int epoch) {
        int n = lengths.length;
        int[] order = settings.shuffle() ? Permutation.of(n, settings.seed(), epoch, ORDER) : Permutation.identity(n);
        if (!settings.samplePacking()) {
            return Arrays.stream(order).mapToObj(i -> new int[] {i}).toList();
        }
        int capacity = settings.sequenceLen();
        int most = settings.samplePackingBinSize();
        List<int[]> bins = settings.samplePackingSequentially()
                ? Packing.inOrder(lengths, Permutation.identity(n), capacity, most)
                : Packing.bestFitDecreasing(lengths, order, capacity, most);
        if (!settings.shuffle()) {
            return bins;
        }
        int[] binOrder = Permutation.of(bins.size(), settings.seed(), epoch, BIN_ORDER);
        return Arrays.stream(binOrder).mapToObj(bins::get).toList();
    }

    private static int ceilDiv(int a, int b) {
        return (a + b - 1) / b;
    }

    private record Epoch(int number, List<int[]> units) {}
}
