package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.io.UserException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses the rows that are set aside for evaluation: those whose content, mixed with the seed, hashes lowest. So the choice does not
 * depend on the order of the rows, and more rows change little of it.
 */
final class ValidationSplit {
    private ValidationSplit() {}

    /** @param valSetSize a part below 1, rounded up, or a count */
    static int[] choose(TokenFile file, double valSetSize, long seed) {
        int total = file.size();
        long count = valSetSize < 1 ? (long) Math.ceil(valSetSize * total) : (long) valSetSize;
        if (count >= total) {
            throw new UserException("val_set_size: " + valSetSize + " sets aside " + count + " of " + total + " "
                    + (file.groupSize() == 1 ? "examples" : "pairs")
                    + ", so none is left to train on. Choose less, or name test_datasets.");
        }
        long[] hashes = new long[total];
        for (int i = 0; i < total; i++) {
            hashes[i] = hash(file.group(i), seed);
        }
        return lowest(hashes, (int) count);
    }

    /** The places of the lowest values, ascending; of equal ones the first are taken. */
    private static int[] lowest(long[] values, int count) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        long highest = count == 0 ? Long.MIN_VALUE : sorted[count - 1];
        int below = 0;
        while (below < count && sorted[below] < highest) {
            below++;
        }
        int equal = count - below;
        int[] places = new int[count];
        int size = 0;
        for (int i = 0; size < count; i++) {
            if (values[i] < highest || values[i] == highest && equal-- > 0) {
                places[size++] = i;
            }
        }
        return places;
    }

    static int[] all(TokenFile file) {
        int[] rows = new int[file.size()];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i;
        }
        return rows;
    }

    static int[] without(TokenFile file, int[] rows) {
        BitSet apart = new BitSet();
        IntStream.of(rows).forEach(apart::set);
        return IntStream.range(0, file.size()).filter(i -> !apart.get(i)).toArray();
    }

    /** The mixing step of SplitMix64 (Steele, Lea, Flood 2014) over the tokens. */
    private static long hash(List<Example> group, long seed) {
        long z = seed;
        for (Example example : group) {
            for (int id : example.tokenIds()) {
                z = mix(z + 0x9e3779b97f4a7c15L + id);
            }
            z = mix(z + example.length());
        }
        return z;
    }

    private static long mix(long value) {
        long z = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
