package dev.newt.objective;

import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.PreferenceKind;
import java.util.Map;

/**
 * What is to become smaller, from the log-probabilities of the targets. A step's loss is the sum over its micro batches, divided by the sum
 * of their weights; so are the metrics. Each is a record of its constants, which are part of a plan.
 */
public sealed interface Objective permits Dpo {
    /** As {@code rl} names it. */
    String name();

    /** The rows that it is trained on. */
    PreferenceKind rows();

    /** What a micro batch counts in the step's mean, such as its pairs. */
    double weight(MicroBatch batch);

    /** Whether {@link #of} reads the log-probabilities of the model as it was before training. */
    boolean needsReference();

    /**
     * Loss, gradient and metrics of one micro batch.
     *
     * @param logProbs of each target of the batch
     * @param reference the same of the reference model; as long where {@link #needsReference}, else empty
     */
    Result of(MicroBatch batch, float[] logProbs, float[] reference);

    /**
     * @param summedLoss not yet divided by any weight
     * @param gradients of {@code summedLoss} by each log-probability
     * @param metrics by the names that TRL logs them by, summed as the loss is
     */
    record Result(double summedLoss, float[] gradients, Map<String, Double> metrics) {}
}
