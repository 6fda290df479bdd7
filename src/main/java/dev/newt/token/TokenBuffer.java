package dev.newt.token;

import java.util.Arrays;

/** Collects tokens with their positions in a text. Not thread-safe. */
final class TokenBuffer {
    private int[] ids = new int[512];
    private int[] starts = new int[512];
    private int[] ends = new int[512];
    private int size;

    void clear() {
        size = 0;
    }

    void add(int id, int start, int end) {
        if (size == ids.length) {
            grow(size + 1);
        }
        ids[size] = id;
        starts[size] = start;
        ends[size++] = end;
    }

    /** Adds a word's tokens, whose positions count from {@code offset}. */
    void add(int[] wordIds, int[] wordStarts, int[] wordEnds, int offset) {
        if (size + wordIds.length > ids.length) {
            grow(size + wordIds.length);
        }
        for (int i = 0; i < wordIds.length; i++) {
            ids[size] = wordIds[i];
            starts[size] = wordStarts[i] + offset;
            ends[size++] = wordEnds[i] + offset;
        }
    }

    int size() {
        return size;
    }

    /**
     * Shifts the positions of the tokens from {@code first} on to where their piece of text begins.
     *
     * @param prepended characters in front of the piece that are not part of the text; they count as its first character
     * @param width of that character in UTF-16 code units
     */
    void shift(int first, int offset, int prepended, int width) {
        for (int i = first; i < size; i++) {
            starts[i] = Math.max(0, starts[i] - prepended) + offset;
            int end = ends[i] - prepended;
            ends[i] = (end == 0 ? width : end) + offset;
        }
    }

    private void grow(int least) {
        int capacity = Math.max(least, 2 * ids.length);
        ids = Arrays.copyOf(ids, capacity);
        starts = Arrays.copyOf(starts, capacity);
        ends = Arrays.copyOf(ends, capacity);
    }

    int[] ids() {
        return Arrays.copyOf(ids, size);
    }

    TokenizedText text() {
        return new TokenizedText(ids(), Arrays.copyOf(starts, size), Arrays.copyOf(ends, size));
    }
}
