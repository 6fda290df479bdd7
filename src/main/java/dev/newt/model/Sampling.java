package dev.newt.model;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * How the next token is drawn from the logits.
 *
 * @param temperature divides the logits; 0 takes the likeliest token
 * @param topP draw among the likeliest tokens whose probabilities reach this sum (nucleus sampling, arXiv 1904.09751); 1: all
 * @param topK draw among this many of the likeliest; 0: all
 */
public record Sampling(double temperature, double topP, int topK) {
    public static final Sampling GREEDY = new Sampling(0, 1, 0);

    public Sampling {
        if (!(temperature >= 0) || !(topP > 0 && topP <= 1) || topK < 0) {
            throw new IllegalArgumentException("temperature " + temperature + ", top-p " + topP + ", top-k " + topK);
        }
    }

    /** The index of the drawn token. Of equal logits the first is the likelier. */
    public int draw(float[] logits, RandomGenerator random) {
        if (temperature == 0) {
            int best = 0;
            for (int i = 1; i < logits.length; i++) {
                if (logits[i] > logits[best]) {
                    best = i;
                }
            }
            return best;
        }
        long[] order = descending(logits);
        int count = topK == 0 ? order.length : Math.min(topK, order.length);
        double[] weights = new double[count];
        double largest = logits[index(order[0])];
        double total = 0;
        for (int i = 0; i < count; i++) {
            weights[i] = Math.exp((logits[index(order[i])] - largest) / temperature);
            total += weights[i];
        }
        double reached = 0;
        for (int i = 0; i < count; i++) {
            reached += weights[i];
            if (reached >= topP * total) {
                count = i + 1;
            }
        }
        double left = random.nextDouble() * reached(weights, count);
        for (int i = 0; i < count; i++) {
            left -= weights[i];
            if (left < 0) {
                return index(order[i]);
            }
        }
        return index(order[count - 1]);
    }

    private static double reached(double[] weights, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[i];
        }
        return sum;
    }

    /** Pairs of (logit, index) as sortable numbers, the largest logit first. */
    private static long[] descending(float[] logits) {
        long[] keys = new long[logits.length];
        for (int i = 0; i < logits.length; i++) {
            int bits = Float.floatToIntBits(-logits[i]);
            int sortable = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
            keys[i] = ((long) sortable << 32) | i;
        }
        Arrays.sort(keys);
        return keys;
    }

    private static int index(long key) {
        return (int) key;
    }
}
