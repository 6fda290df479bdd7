package dev.newt.run;

import dev.newt.model.Sampling;

/**
 * How answers are drawn.
 *
 * @param maxNewTokens of one answer
 * @param temperature 0 takes the likeliest token always
 * @param topP in (0, 1]
 * @param topK 0 for all
 */
public record SamplingSettings(int maxNewTokens, double temperature, double topP, int topK, long seed) {
    /** The likeliest token, always. */
    public static SamplingSettings greedy(int maxNewTokens) {
        return new SamplingSettings(maxNewTokens, 0, 1, 0, 0);
    }

    Sampling sampling() {
        return new Sampling(temperature, topP, topK);
    }
}
