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
    Sampling sampling() {
        return new Sampling(temperature, topP, topK);
    }
}
