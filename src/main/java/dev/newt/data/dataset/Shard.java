package dev.newt.data.dataset;

import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One of several equal parts of a data set: of every {@code count} rows that follow one another it has one, chosen by seed.
 *
 * @param count of parts
 * @param index of this part, from 0
 */
public record Shard(int count, int index) {
    public Shard {
        if (count < 1 || index < 0 || index >= count) {
            throw new IllegalArgumentException("part " + index + " of " + count);
        }
    }

    /** Says of the rows of a data set, one after the other, whether each is of the part; without one, all are. */
    public static BooleanSupplier rows(Optional<Shard> part, long seed) {
        long[] next = {0};
        return () -> {
            long row = next[0]++;
            return part.map(shard -> shard.has(row, seed)).orElse(true);
        };
    }

    /** Whether the part has the row, counted from 0 over all files of the data set. */
    boolean has(long row, long seed) {
        long shift = Math.floorMod(mix(seed + row / count), count);
        return (row + shift) % count == index;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
