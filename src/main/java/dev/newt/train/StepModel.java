package dev.newt.train;

import dev.newt.data.MicroBatch;
import dev.newt.tensor.TrainableParameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A model in training, as the loop sees it. */
public interface StepModel {
    /**
     * Runs one micro batch forward and backward and adds the gradient of {@code lossScale * (summed loss)} to the trainable parameters.
     *
     * @param dropoutKey names this micro batch of this run; equal keys drop equal elements
     * @return the batch's summed loss, unscaled
     */
    double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey);

    /** The batch's summed loss, without dropout; gradients are left alone. */
    double evaluate(MicroBatch batch);

    /** What a batch counts in a mean of losses: its trained tokens, unless the objective counts something else. */
    default double weight(MicroBatch batch) {
        return batch.trainedTokens();
    }

    /** Whether a mean loss is one of negative log-likelihoods, so that a perplexity follows from it. */
    default boolean hasPerplexity() {
        return true;
    }

    /** The objective's own metrics of the last {@link #forwardBackward} or {@link #evaluate}, summed as the loss is. */
    default Map<String, Double> metrics() {
        return Map.of();
    }

    /** The parameters that the optimizer updates, always the same and in the same order, with distinct names. */
    List<? extends TrainableParameter> trainable();

    /** Called after every change of the trainable parameters' values: caches computed from them are stale. */
    void parametersChanged();

    /**
     * Writes what the user takes away (an adapter, or a whole model with its tokenizer) into an existing folder. Each file appears whole or
     * not at all; files of the same name are replaced.
     */
    void saveOutputs(Path directory) throws IOException;

    /** About how many bytes {@link #saveOutputs} writes. */
    long outputBytes();
}
