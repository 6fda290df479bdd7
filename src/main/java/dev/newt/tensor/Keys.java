package dev.newt.tensor;

/** Mixes numbers into keys for counter-based random numbers. */
public final class Keys {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private Keys() {}

    /** One key from two numbers; a change of either changes about half of the bits (the finaliser of SplitMix64, OOPSLA 2014). */
    public static long mix(long key, long number) {
        long z = key + GOLDEN_GAMMA * (number + 1);
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
