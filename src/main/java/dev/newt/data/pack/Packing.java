package dev.newt.data.pack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;

/** Puts examples into bins of equal capacity. Every example goes into exactly one bin, whole. */
final class Packing {
    private Packing() {}

    /**
     * Best fit decreasing: the longest example first, each into the fullest bin that has room. O(n log n). Examples of one length keep
     * their relative {@code order}, so that another order gives other bins of the same lengths.
     *
     * @return the bins, each with the positions of its examples in {@code lengths}
     */
    static List<int[]> bestFitDecreasing(int[] lengths, int[] order, int capacity, int mostPerBin) {
        int[] decreasing = byDecreasingLength(lengths, order, capacity);
        List<IntList> bins = new ArrayList<>();
        // Open bins by the room they have left.
        TreeMap<Integer, Deque<IntList>> open = new TreeMap<>();
        for (int index : decreasing) {
            int length = lengths[index];
            var fullest = open.ceilingEntry(length);
            int room;
            IntList bin;
            if (fullest == null) {
                room = capacity;
                bin = new IntList();
                bins.add(bin);
            } else {
                room = fullest.getKey();
                bin = fullest.getValue().removeFirst();
                if (fullest.getValue().isEmpty()) {
                    open.remove(room);
                }
            }
            bin.add(index);
            if (room > length && bin.size < mostPerBin) {
                open.computeIfAbsent(room - length, unused -> new ArrayDeque<>())
                        .addLast(bin);
            }
        }
        return bins.stream().map(IntList::toArray).toList();
    }

    /** Fills one bin after the other in the given order. */
    static List<int[]> inOrder(int[] lengths, int[] order, int capacity, int mostPerBin) {
        List<int[]> bins = new ArrayList<>();
        IntList bin = new IntList();
        int used = 0;
        for (int index : order) {
            if (bin.size > 0 && (used + lengths[index] > capacity || bin.size == mostPerBin)) {
                bins.add(bin.toArray());
                bin = new IntList();
                used = 0;
            }
            bin.add(index);
            used += lengths[index];
        }
        if (bin.size > 0) {
            bins.add(bin.toArray());
        }
        return bins;
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

    private static final class IntList {
        private int[] values = new int[4];
        private int size;

        void add(int value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, 2 * size);
            }
            values[size++] = value;
        }

        int[] toArray() {
            return Arrays.copyOf(values, size);
        }
    }
}
