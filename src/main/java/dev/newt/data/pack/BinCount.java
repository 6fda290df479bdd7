package dev.newt.data.pack;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeMap;

/**
 * How many bins {@link Packing#bestFitDecreasing} fills, found without placing every example: those of one length, and open bins that are
 * alike, are moved together. Takes time by the number of lengths that occur, not of examples.
 */
final class BinCount {
    private final int capacity;
    private final int mostPerBin;
    /** Open bins by the room they have left, the first to be filled in front; none is empty. */
    private final TreeMap<Integer, Deque<Run>> open = new TreeMap<>();

    private long bins;

    /** Bins that follow one another and are alike. */
    private record Run(long bins, int examples) {}

    private BinCount(int capacity, int mostPerBin) {
        this.capacity = capacity;
        this.mostPerBin = mostPerBin;
    }

    /** @param lengths of the examples, from 1 to {@code capacity} */
    static int of(int[] lengths, int capacity, int mostPerBin) {
        long[] counts = new long[capacity + 1];
        for (int length : lengths) {
            counts[length]++;
        }
        BinCount count = new BinCount(capacity, mostPerBin);
        for (int length = capacity; length > 0; length--) {
            count.place(length, counts[length]);
        }
        return Math.toIntExact(count.bins);
    }

    private void place(int length, long examples) {
        long left = examples;
        while (left > 0) {
            Integer room = open.ceilingKey(length);
            if (room == null) {
                long perBin = Math.min(capacity / length, mostPerBin);
                long opened = (left + perBin - 1) / perBin;
                bins += opened;
                left = fill(new Run(opened, 0), capacity, length, left);
            } else {
                Deque<Run> runs = open.get(room);
                Run run = runs.remove();
                if (runs.isEmpty()) {
                    open.remove(room);
                }
                left = fill(run, room, length, left);
            }
        }
    }

    /** Puts examples into the bins of a run, one bin after the other; returns how many are left. */
    private long fill(Run run, int room, int length, long examples) {
        int perBin = Math.min(room / length, mostPerBin - run.examples());
        long filled = Math.min(run.bins(), examples / perBin);
        int rest = filled < run.bins() ? (int) (examples - filled * perBin) : 0;
        long untouched = run.bins() - filled - (rest > 0 ? 1 : 0);
        if (untouched > 0) {
            open.computeIfAbsent(room, none -> new ArrayDeque<>()).addFirst(new Run(untouched, run.examples()));
        }
        append(room - perBin * length, filled, run.examples() + perBin);
        append(room - rest * length, rest > 0 ? 1 : 0, run.examples() + rest);
        return examples - filled * perBin - rest;
    }

    private void append(int room, long count, int examples) {
        if (count == 0 || room == 0 || examples == mostPerBin) {
            return;
        }
        Deque<Run> runs = open.computeIfAbsent(room, none -> new ArrayDeque<>());
        Run last = runs.peekLast();
        if (last != null && last.examples() == examples) {
            runs.removeLast();
            runs.add(new Run(last.bins() + count, examples));
        } else {
            runs.add(new Run(count, examples));
        }
    }
}
