package dev.newt.token;

import java.util.Arrays;

/**
 * Byte-pair encoding of one word (Sennrich et al. 2016): of all neighbours that can merge, those with the lowest rank do, leftmost first,
 * until none are left. Symbols form a linked list, candidates a heap, so a word of n symbols takes O(n log n). Not thread-safe.
 */
final class Merger {
    private static final int MERGED_AWAY = -1;

    private final PairTable pairs;
    private int[] ids = new int[64];
    private int[] next = new int[64];
    private int[] previous = new int[64];
    private int size;
    private long[] heap = new long[64];
    private int candidates;

    Merger(PairTable pairs) {
        this.pairs = pairs;
    }

    void begin() {
        size = 0;
        candidates = 0;
    }

    void add(int id) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, 2 * size);
            next = Arrays.copyOf(next, 2 * size);
            previous = Arrays.copyOf(previous, 2 * size);
        }
        ids[size] = id;
        previous[size] = size - 1;
        next[size] = size + 1;
        size++;
    }

    /** Merges the symbols that were added. Afterwards the first symbol begins at 0, and each extends to its {@link #next}, where another begins. */
    void merge() {
        for (int i = 0; i + 1 < size; i++) {
            propose(i);
        }
        while (candidates > 0) {
            long best = pop();
            int left = (int) best;
            if (ids[left] == MERGED_AWAY || next[left] >= size) {
                continue;
            }
            int right = next[left];
            long merge = pairs.get(ids[left], ids[right]);
            // The pair may have changed since it was proposed.
            if (merge == PairTable.NONE || merge >>> Integer.SIZE != best >>> Integer.SIZE) {
                continue;
            }
            ids[left] = (int) merge;
            ids[right] = MERGED_AWAY;
            next[left] = next[right];
            if (next[left] < size) {
                previous[next[left]] = left;
                propose(left);
            }
            if (previous[left] >= 0) {
                propose(previous[left]);
            }
        }
    }

    /** Where the next symbol begins; {@link #size} after the last. */
    int next(int symbol) {
        return next[symbol];
    }

    int size() {
        return size;
    }

    int id(int symbol) {
        return ids[symbol];
    }

    private void propose(int left) {
        long merge = pairs.get(ids[left], ids[next[left]]);
        if (merge != PairTable.NONE) {
            push((merge & 0xffffffff00000000L) | left);
        }
    }

    private void push(long value) {
        if (candidates == heap.length) {
            heap = Arrays.copyOf(heap, 2 * candidates);
        }
        int at = candidates++;
        while (at > 0) {
            int parent = (at - 1) >>> 1;
            if (heap[parent] <= value) {
                break;
            }
            heap[at] = heap[parent];
            at = parent;
        }
        heap[at] = value;
    }

    private long pop() {
        long top = heap[0];
        long last = heap[--candidates];
        int at = 0;
        while (true) {
            int child = 2 * at + 1;
            if (child >= candidates) {
                break;
            }
            if (child + 1 < candidates && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= last) {
                break;
            }
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = last;
        return top;
    }
}
