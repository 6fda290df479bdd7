package dev.newt.tensor;

import java.util.Optional;

/**
 * The load-balancing loss of a mixture of experts (Switch Transformers, arXiv 2101.03961, as Hugging Face's transformers computes it): with
 * {@code f_e} the mean number of times that a token is sent to expert e and {@code p_e} the mean probability of e, both over the tokens of
 * all layers together, {@code experts * sum_e f_e p_e}. Only the probabilities have a gradient. One object serves one forward and backward
 * pass; it sums while the layers are computed forward, and gives each layer its gradient on the way back.
 */
public final class RouterBalance {
    private final double weight;
    private double[] probabilities = new double[0];
    private long[] counts = new long[0];
    private long rows;

    /** @param weight of this loss in what is minimised; its gradient is multiplied by it, {@link #loss} is not */
    public RouterBalance(double weight) {
        this.weight = weight;
    }

    /** The loss, without its weight; 0 where no router was met. */
    public double loss() {
        double sum = 0;
        for (int e = 0; e < counts.length; e++) {
            sum += (double) counts[e] / rows * (probabilities[e] / rows);
        }
        return counts.length * sum;
    }

    void add(long[] tokensOfExpert, double[] probabilitySums, long tokens) {
        if (rows == 0) {
            counts = new long[tokensOfExpert.length];
            probabilities = new double[tokensOfExpert.length];
        } else if (counts.length != tokensOfExpert.length) {
            throw new IllegalStateException(
                    "routers over " + counts.length + " and over " + tokensOfExpert.length + " experts in one balance");
        }
        for (int e = 0; e < counts.length; e++) {
            counts[e] += tokensOfExpert[e];
            probabilities[e] += probabilitySums[e];
        }
        rows += tokens;
    }

    /** The gradient of every token's probabilities, one an expert; absent where the loss has no weight. */
    Optional<double[]> gradient() {
        if (weight == 0) {
            return Optional.empty();
        }
        double[] gradient = new double[counts.length];
        for (int e = 0; e < gradient.length; e++) {
            gradient[e] = weight * counts.length * counts[e] / rows / rows;
        }
        return Optional.of(gradient);
    }
}
