package dev.newt.tensor;

import java.util.Arrays;

/** Where the tokens of one layer go: made by {@link Tape#route}, used by {@link Tape#experts}. */
public final class Routing {
    private final Value weights;
    private final int topK;
    /** Tokens ordered by expert: those of expert e are {@code tokens[starts[e]] .. tokens[starts[e + 1] - 1]}, ascending. */
    private final int[] tokens;

    private final int[] starts;
    /** Where token t's choice s stands among {@code tokens}: {@code places[t * topK + s]}. */
    private final int[] places;

    private Routing(Value weights, int topK, int[] tokens, int[] starts, int[] places) {
        this.weights = weights;
        this.topK = topK;
        this.tokens = tokens;
        this.starts = starts;
        this.places = places;
    }

    /** @param chosen experts of each token, {@code topK} a token */
    static Routing of(Value weights, int[] chosen, int topK, int experts) {
        int count = chosen.length;
        int[] starts = new int[experts + 1];
        for (int i = 0; i < count; i++) {
            starts[chosen[i] + 1]++;
        }
        for (int e = 0; e < experts; e++) {
            starts[e + 1] += starts[e];
        }
        int[] next = starts.clone();
        int[] tokens = new int[count];
        int[] places = new int[count];
        for (int i = 0; i < count; i++) {
            int place = next[chosen[i]]++;
            places[i] = place;
            tokens[place] = i / topK;
        }
        return new Routing(weights, topK, tokens, starts, places);
    }

    /** The weight of each token's experts, [T, topK], in the accumulator type. */
    public Value weights() {
        return weights;
    }

    public int experts() {
        return starts.length - 1;
    }

    public int topK() {
        return topK;
    }

    /** How many tokens go to an expert. */
    public int tokens(int expert) {
        return starts[expert + 1] - starts[expert];
    }

    int start(int expert) {
        return starts[expert];
    }

    int[] tokensOf(int expert) {
        return Arrays.copyOfRange(tokens, starts[expert], starts[expert + 1]);
    }

    int[] allTokens() {
        return tokens;
    }

    int[] places() {
        return places;
    }

    long[] counts() {
        long[] counts = new long[experts()];
        Arrays.setAll(counts, this::tokens);
        return counts;
    }
}
