package dev.newt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SamplingTest {
    private static final float[] LOGITS = {
        (float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05)
    };

    @Test
    void greedyTakesTheFirstOfTheLargest() {
        assertThat(Sampling.GREEDY.draw(new float[] {-1, 3, 3, 2}, new Random(1)))
                .isEqualTo(1);
    }

    @Test
    void drawsByProbability() {
        assertThat(shares(new Sampling(1, 1, 0))).containsExactly(new double[] {0.5, 0.3, 0.15, 0.05}, within(0.01));
    }

    @Test
    void temperatureSharpens() {
        double sum = 0.25 + 0.09 + 0.0225 + 0.0025;
        assertThat(shares(new Sampling(0.5, 1, 0)))
                .containsExactly(new double[] {0.25 / sum, 0.09 / sum, 0.0225 / sum, 0.0025 / sum}, within(0.01));
    }

    @Test
    void topPKeepsTheFewestTokensThatReachIt() {
        assertThat(shares(new Sampling(1, 0.7, 0))).containsExactly(new double[] {0.625, 0.375, 0, 0}, within(0.01));
        assertThat(shares(new Sampling(1, 0.81, 0)))
                .containsExactly(new double[] {0.5 / 0.95, 0.3 / 0.95, 0.15 / 0.95, 0}, within(0.01));
    }

    @Test
    void topKKeepsThatMany() {
        assertThat(shares(new Sampling(1, 1, 1))).containsExactly(new double[] {1, 0, 0, 0}, within(1e-9));
    }

    private static double[] shares(Sampling sampling) {
        Random random = new Random(5);
        double[] shares = new double[LOGITS.length];
        int draws = 40_000;
        for (int i = 0; i < draws; i++) {
            shares[sampling.draw(LOGITS, random)] += 1.0 / draws;
        }
        return shares;
    }
}
