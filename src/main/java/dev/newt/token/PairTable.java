package dev.newt.token;

import java.util.Arrays;

/** Maps a pair of token ids to the rank of its merge and the resulting id; open addressing, at most half full. */
final class PairTable {
    /** The value of a pair that does not merge. */
    static final long NONE = -1;

    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private final long[] keys;
    private final long[] values;
    private final int shift;

    PairTable(int pairs) {
        int bits = Math.max(4, Integer.SIZE - Integer.numberOfLeadingZeros(pairs) + 1);
        keys = new long[1 << bits];
        values = new long[1 << bits];
        Arrays.fill(keys, NONE);
        shift = Long.SIZE - bits;
    }

    /** The last of several equal pairs counts, as in the library. */
    void put(int left, int right, int rank, int merged) {
        long key = key(left, right);
        int slot = slot(key);
        keys[slot] = key;
        values[slot] = ((long) rank << Integer.SIZE) | merged;
    }

    /** The rank in the upper half, the merged id in the lower; or {@link #NONE}. */
    long get(int left, int right) {
        long key = key(left, right);
        int slot = slot(key);
        return keys[slot] == key ? values[slot] : NONE;
    }

    private int slot(long key) {
        int slot = (int) ((key * GOLDEN_GAMMA) >>> shift);
        while (keys[slot] != key && keys[slot] != NONE) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private static long key(int left, int right) {
        return ((long) left << Integer.SIZE) | right;
    }
}
