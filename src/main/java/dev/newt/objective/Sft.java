package dev.newt.objective;

import dev.newt.data.MicroBatch;
import java.util.Arrays;
import java.util.List;

/**
 * Supervised fine-tuning: the mean negative log-likelihood of the trained tokens of one optimizer step. The mean is over the tokens of all
 * its micro batches together, so how they are split does not change the loss.
 */
public final class Sft {
    private Sft() {}

    /** The factor on each summed loss that makes the step's loss a mean: one over its trained tokens. */
    public static double lossScale(List<MicroBatch> step) {
        long trained = trainedTokens(step);
        if (trained == 0) {
            throw new IllegalArgumentException("no token of the step is trained");
        }
        return 1.0 / trained;
    }

    public static long trainedTokens(List<MicroBatch> step) {
        return step.stream().mapToLong(MicroBatch::trainedTokens).sum();
    }

    /** The summed negative log-likelihood. */
    public static double loss(float[] logProbs) {
        double sum = 0;
        for (float logProb : logProbs) {
            sum -= logProb;
        }
        return sum;
    }

    /**
     * The gradient of {@code lossScale * loss} to each of {@code count} log-probabilities. It does not depend on their values, so that a
     * head can compute forward and backward in one pass.
     */
    public static float[] logProbGradients(int count, double lossScale) {
        float[] gradients = new float[count];
        Arrays.fill(gradients, (float) -lossScale);
        return gradients;
    }
}
