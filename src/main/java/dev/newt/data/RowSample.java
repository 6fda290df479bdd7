package dev.newt.data;

import dev.newt.data.pack.Permutation;

/**
 * A random choice of so many of a data set's rows, by seed: no row twice while another has not been taken once (LLaMA-Factory's
 * {@code num_samples}). The rows keep their order. For one thread.
 */
final class RowSample {
    /** Keeps these draws apart from those that mix data sets. */
    private static final long STREAM = 0x6e756d5f73616d70L;

    private final long rows;
    private final long seed;
    /** How often each row is taken beyond the first time; empty where fewer rows are wanted than there are. */
    private final int[] again;

    private long next;
    private long left;

    /**
     * @param wanted rows
     * @param rows that there are
     */
    RowSample(long wanted, long rows, long seed) {
        this.rows = rows;
        this.seed = seed ^ STREAM;
        this.left = Math.min(wanted, rows);
        this.again = new int[wanted > rows ? Math.toIntExact(rows) : 0];
        for (long draw = rows; draw < wanted && rows > 0; draw++) {
            again[(int) (Permutation.uniform(this.seed, draw) * rows)]++;
        }
    }

    /** How often the next row is taken. Selection sampling: Knuth, The Art of Computer Programming 3.4.2, algorithm S. */
    int times() {
        long row = next++;
        boolean chosen = Permutation.uniform(seed, row) * (rows - row) < left;
        left -= chosen ? 1 : 0;
        return (chosen ? 1 : 0) + (again.length > 0 ? again[(int) row] : 0);
    }
}
