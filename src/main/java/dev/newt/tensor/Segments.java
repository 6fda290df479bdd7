package dev.newt.tensor;

import java.util.Arrays;

/**
 * How a flat row of tokens divides into documents: segment {@code i} holds tokens {@code [start(i), end(i))}, and a token attends within
 * its own segment alone. Padding does not exist: rows of a batch stand one behind the other.
 */
public final class Segments {
    private final int[] offsets;

    private Segments(int[] offsets) {
        this.offsets = offsets;
    }

    /** From ascending offsets: {@code offsets[0] = 0}, the last is the number of tokens. */
    public static Segments ofOffsets(int... offsets) {
        if (offsets.length < 2 || offsets[0] != 0) {
            throw new IllegalArgumentException(
                    "offsets must start with 0 and name an end: " + Arrays.toString(offsets));
        }
        for (int i = 1; i < offsets.length; i++) {
            if (offsets[i] <= offsets[i - 1]) {
                throw new IllegalArgumentException("offsets must ascend: " + Arrays.toString(offsets));
            }
        }
        return new Segments(offsets.clone());
    }

    public static Segments ofLengths(int... lengths) {
        int[] offsets = new int[lengths.length + 1];
        for (int i = 0; i < lengths.length; i++) {
            offsets[i + 1] = Math.addExact(offsets[i], lengths[i]);
        }
        return ofOffsets(offsets);
    }

    public int count() {
        return offsets.length - 1;
    }

    public int start(int segment) {
        return offsets[segment];
    }

    public int end(int segment) {
        return offsets[segment + 1];
    }

    public int length(int segment) {
        return end(segment) - start(segment);
    }

    public int longest() {
        int longest = 0;
        for (int i = 0; i < count(); i++) {
            longest = Math.max(longest, length(i));
        }
        return longest;
    }

    /** Tokens in all segments. */
    public int tokens() {
        return offsets[offsets.length - 1];
    }

    /** Each token's position in its own segment, from 0. */
    public int[] positions() {
        int[] positions = new int[tokens()];
        for (int i = 0; i < count(); i++) {
            for (int t = start(i); t < end(i); t++) {
                positions[t] = t - start(i);
            }
        }
        return positions;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Segments segments && Arrays.equals(offsets, segments.offsets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(offsets);
    }

    @Override
    public String toString() {
        return "Segments" + Arrays.toString(offsets);
    }
}
