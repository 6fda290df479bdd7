package dev.newt.objective;

import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.PreferenceKind;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Direct preference optimization (arXiv 2305.18290): {@code -log sigmoid(beta * ((c - c') - (r - r')))} for each pair, where c and r are the
 * summed log-probabilities of the chosen and the rejected answer, and c' and r' those of the reference. The mean is over the pairs of a step.
 *
 * @param beta how much a departure from the reference counts
 */
public record Dpo(double beta) implements Objective {
    public Dpo {
        if (!(beta > 0) || Double.isInfinite(beta)) {
            throw new IllegalArgumentException("DPO with beta " + beta);
        }
    }

    @Override
    public String name() {
        return "dpo";
    }

    @Override
    public String toString() {
        return "DPO, beta " + beta;
    }

    @Override
    public PreferenceKind rows() {
        return PreferenceKind.PAIR;
    }

    @Override
    public double weight(MicroBatch batch) {
        return pairs(batch);
    }

    @Override
    public boolean needsReference() {
        return true;
    }

    /** @param batch the examples are pairs: each chosen one with its rejected one behind it */
    @Override
    public Result of(MicroBatch batch, float[] logProbs, float[] reference) {
        int[] exampleOf = batch.exampleOfTarget();
        double[] policySums = sums(logProbs, exampleOf, batch.examples());
        double[] referenceSums = sums(reference, exampleOf, batch.examples());
        double[] slopes = new double[batch.examples()];
        Map<String, Double> metrics = new LinkedHashMap<>();
        double loss = 0;
        for (int pair = 0; pair < pairs(batch); pair++) {
            int chosen = 2 * pair;
            int rejected = chosen + 1;
            double chosenReward = beta * (policySums[chosen] - referenceSums[chosen]);
            double rejectedReward = beta * (policySums[rejected] - referenceSums[rejected]);
            double margin = chosenReward - rejectedReward;
            loss += softplus(-margin);
            slopes[chosen] = -beta / (1 + Math.exp(margin));
            slopes[rejected] = -slopes[chosen];
            metrics.merge("rewards/chosen", chosenReward, Double::sum);
            metrics.merge("rewards/rejected", rejectedReward, Double::sum);
            metrics.merge("rewards/accuracies", chosenReward > rejectedReward ? 1.0 : 0.0, Double::sum);
            metrics.merge("rewards/margins", margin, Double::sum);
            metrics.merge("logps/chosen", policySums[chosen], Double::sum);
            metrics.merge("logps/rejected", policySums[rejected], Double::sum);
        }
        float[] gradients = new float[logProbs.length];
        for (int i = 0; i < gradients.length; i++) {
            gradients[i] = (float) slopes[exampleOf[i]];
        }
        return new Result(loss, gradients, metrics);
    }

    private static int pairs(MicroBatch batch) {
        if (batch.examples() % 2 != 0) {
            throw new IllegalArgumentException(batch.examples() + " examples are not pairs");
        }
        return batch.examples() / 2;
    }

    private static double[] sums(float[] values, int[] exampleOf, int examples) {
        double[] sums = new double[examples];
        for (int i = 0; i < values.length; i++) {
            sums[exampleOf[i]] += values[i];
        }
        return sums;
    }

    /** {@code log(1 + e^x)} without overflow. */
    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
