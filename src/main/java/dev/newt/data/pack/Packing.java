package dev.newt.data.pack;

import java.util.Arrays;
import java.util.TreeSet;

/** Puts examples into bins of equal capacity. Every example goes into exactly one bin, whole. */
final class Packing {
    private static final int NONE = -1;

    private Packing() {}

    /**
     * Best fit decreasing: the longest example first, each into the fullest bin that has room. O(n log n). Examples of one length keep
     * their relative {@code order}, so that another order gives other bins of the same lengths.
     *
     * @return the bins, each with the positions of its examples in {@code lengths}
     */
    static Bins bestFitDecreasing(int[] lengths, int[] order, int capacity, int mostPerBin) {
        int[] decreasing = byDecreasingLength(lengths, order, capacity);
        BinList bins = new BinList(lengths.length);
        // Open bins by the room they have left: the rooms that occur, and the bins of each as a queue.
        TreeSet<Integer> rooms = new TreeSet<>();
        int[] firstOfRoom = filled(capacity + 1);
        int[] lastOfRoom = filled(capacity + 1);
        int[] nextOfRoom = filled(lengths.length);
        for (int index : decreasing) {
            int length = lengths[index];
            Integer fullest = rooms.ceiling(length);
            int room = fullest == null ? capacity : fullest;
            int bin;
            if (fullest == null) {
                bin = bins.open();
            } else {
                bin = firstOfRoom[room];
                firstOfRoom[room] = nextOfRoom[bin];
                if (firstOfRoom[room] == NONE) {
                    rooms.remove(fullest);
                }
            }
            bins.add(bin, index);
            int left = room - length;
            if (left > 0 && bins.count(bin) < mostPerBin) {
                nextOfRoom[bin] = NONE;
                if (firstOfRoom[left] == NONE) {
                    firstOfRoom[left] = bin;
                    rooms.add(left);
                } else {
                    nextOfRoom[lastOfRoom[left]] = bin;
                }
                lastOfRoom[left] = bin;
            }
        }
        return bins.flat();
    }

    /** Fills one bin after the other in the given order. */
    static Bins inOrder(int[] lengths, int[] order, int capacity, int mostPerBin) {
        int[] starts = new int[order.length + 1];
        int bins = 0;
        int used = 0;
        for (int i = 0; i < order.length; i++) {
            int length = lengths[order[i]];
            if (i == 0 || used + length > capacity || i - starts[bins - 1] == mostPerBin) {
                starts[bins++] = i;
                used = 0;
            }
            used += length;
        }
        starts[bins] = order.length;
        return new Bins(order, Arrays.copyOf(starts, bins + 1));
    }

    /** Counting sort, stable. */
    private static int[] byDecreasingLength(int[] lengths, int[] order, int capacity) {
        int[] starts = new int[capacity + 2];
        for (int length : lengths) {
            starts[capacity - length + 1]++;
        }
        for (int i = 1; i < starts.length; i++) {
            starts[i] += starts[i - 1];
        }
        int[] sorted = new int[order.length];
        for (int index : order) {
            sorted[starts[capacity - lengths[index]]++] = index;
        }
        return sorted;
    }

    private static int[] filled(int size) {
        int[] values = new int[size];
        Arrays.fill(values, NONE);
        return values;
    }

    /** Bins that grow: each a list that is linked from its last example back to its first. */
    private static final class BinList {
        private final int[] before;
        private int[] last = new int[64];
        private int[] counts = new int[64];
        private int size;

        BinList(int examples) {
            before = new int[examples];
        }

        int open() {
            if (size == last.length) {
                last = Arrays.copyOf(last, 2 * size);
                counts = Arrays.copyOf(counts, 2 * size);
            }
            last[size] = NONE;
            return size++;
        }

        void add(int bin, int example) {
            before[example] = last[bin];
            last[bin] = example;
            counts[bin]++;
        }

        int count(int bin) {
            return counts[bin];
        }

        Bins flat() {
            int[] members = new int[before.length];
            int[] starts = new int[size + 1];
            for (int bin = 0; bin < size; bin++) {
                starts[bin + 1] = starts[bin] + counts[bin];
                int at = starts[bin + 1];
                for (int example = last[bin]; example != NONE; example = before[example]) {
                    members[--at] = example;
                }
            }
            return new Bins(members, starts);
        }
    }
}
