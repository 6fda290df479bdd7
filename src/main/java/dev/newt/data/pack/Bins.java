package dev.newt.data.pack;

import java.util.Arrays;

/** Examples in bins, flat: millions of small arrays would take several times the memory of their numbers. */
final class Bins {
    private final int[] members;
    private final int[] starts;

    /**
     * @param members positions of examples, one bin behind the other
     * @param starts of each bin in {@code members}, and the end
     */
    Bins(int[] members, int[] starts) {
        this.members = members;
        this.starts = starts;
    }

    /** One example a bin. */
    static Bins single(int[] order) {
        return new Bins(order, Permutation.identity(order.length + 1));
    }

    int size() {
        return starts.length - 1;
    }

    /** The examples of one bin. */
    int[] bin(int index) {
        return Arrays.copyOfRange(members, starts[index], starts[index + 1]);
    }
}
