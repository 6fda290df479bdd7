package dev.newt.data;

import java.util.Arrays;

/**
 * A set of 128-bit fingerprints in flat arrays: 16 bytes an entry, and up to twice that while it grows. Of a thousand million rows, two
 * different ones have the same fingerprint with a chance of less than one in 10^20. For one thread.
 */
final class Fingerprints {
    private static final int FIRST_SLOTS = 1 << 10;

    private long[] slots = new long[2 * FIRST_SLOTS];
    private int size;

    /** Adds a fingerprint; false if it was there. */
    boolean add(long high, long low) {
        // A slot of zeros is empty, so this one fingerprint stands for another.
        long stored = high == 0 && low == 0 ? 1 : low;
        if (4L * size >= slots.length) {
            grow();
        }
        int slot = find(slots, high, stored);
        if (slots[slot] == high && slots[slot + 1] == stored) {
            return false;
        }
        slots[slot] = high;
        slots[slot + 1] = stored;
        size++;
        return true;
    }

    int size() {
        return size;
    }

    private void grow() {
        long[] larger = new long[Math.multiplyExact(2, slots.length)];
        for (int i = 0; i < slots.length; i += 2) {
            if (slots[i] != 0 || slots[i + 1] != 0) {
                int slot = find(larger, slots[i], slots[i + 1]);
                larger[slot] = slots[i];
                larger[slot + 1] = slots[i + 1];
            }
        }
        Arrays.fill(slots, 0);
        slots = larger;
    }

    /** The pair's place, or the empty one where it belongs. */
    private static int find(long[] slots, long high, long low) {
        int mask = slots.length / 2 - 1;
        int slot = (int) (high ^ (high >>> 32)) & mask;
        while ((slots[2 * slot] != 0 || slots[2 * slot + 1] != 0)
                && (slots[2 * slot] != high || slots[2 * slot + 1] != low)) {
            slot = (slot + 1) & mask;
        }
        return 2 * slot;
    }
}
