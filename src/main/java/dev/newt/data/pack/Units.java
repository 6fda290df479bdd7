package dev.newt.data.pack;

/**
 * What a micro batch counts, bins or without packing single examples, in the order of one epoch: a function of lengths, settings and the
 * epoch's number alone.
 */
public final class Units {
    private static final int ORDER = 0;
    private static final int BIN_ORDER = 1;

    private final Bins bins;
    private final int[] order;

    private Units(Bins bins, int[] order) {
        this.bins = bins;
        this.order = order;
    }

    /**
     * Plans for examples of these lengths, none of which is longer than a bin.
     *
     * @param epoch from 0; with shuffling each has an order of its own
     */
    public static Units of(int[] lengths, BatchSettings settings, int epoch) {
        int n = lengths.length;
        boolean sequential = settings.samplePacking() && settings.samplePackingSequentially();
        int[] order = settings.shuffle() && !sequential
                ? Permutation.of(n, settings.seed(), epoch, ORDER)
                : Permutation.identity(n);
        if (!settings.samplePacking()) {
            return new Units(Bins.single(order), Permutation.identity(n));
        }
        int capacity = settings.sequenceLen();
        int most = settings.samplePackingBinSize();
        Bins bins = sequential
                ? Packing.inOrder(lengths, order, capacity, most)
                : Packing.bestFitDecreasing(lengths, order, capacity, most);
        int[] binOrder = settings.shuffle()
                ? Permutation.of(bins.size(), settings.seed(), epoch, BIN_ORDER)
                : Permutation.identity(bins.size());
        return new Units(bins, binOrder);
    }

    /** How many there are in every epoch; much faster than {@link #of}. */
    static int count(int[] lengths, BatchSettings settings) {
        if (!settings.samplePacking()) {
            return lengths.length;
        }
        return settings.samplePackingSequentially()
                ? Packing.inOrder(
                                lengths,
                                Permutation.identity(lengths.length),
                                settings.sequenceLen(),
                                settings.samplePackingBinSize())
                        .size()
                : BinCount.of(lengths, settings.sequenceLen(), settings.samplePackingBinSize());
    }

    public int size() {
        return order.length;
    }

    /** The examples of one unit, as positions in {@code lengths}. */
    public int[] get(int place) {
        return bins.bin(order[place]);
    }
}
