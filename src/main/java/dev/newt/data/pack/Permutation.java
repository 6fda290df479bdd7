package dev.newt.data.pack;

/** Random orders and numbers that depend on their seeds alone: the same on every machine and Java version. */
public final class Permutation {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private Permutation() {}

    /** An order of 0 .. n-1 for one epoch of one seed. {@code stream} tells apart the orders needed within an epoch. */
    public static int[] of(int n, long seed, int epoch, int stream) {
        int[] order = identity(n);
        long state = mix(mix(seed + GOLDEN_GAMMA) + (long) epoch * 2 + stream);
        for (int i = n - 1; i > 0; i--) {
            state += GOLDEN_GAMMA;
            // The high product word of a 64-bit number and the bound: biased by less than 2^-32.
            int j = (int) Math.multiplyHigh(mix(state) >>> 1, (i + 1L) << 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        return order;
    }

    static int[] identity(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        return order;
    }

    /** Number {@code index} of a sequence that is spread evenly over [0, 1). */
    public static double uniform(long seed, long index) {
        return (mix(mix(seed + GOLDEN_GAMMA) + (index + 1) * GOLDEN_GAMMA) >>> 11) * 0x1p-53;
    }

    /** The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
