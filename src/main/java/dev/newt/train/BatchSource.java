package dev.newt.train;

import dev.newt.data.MicroBatch;
import java.util.List;

/** The training data as optimizer steps. Access is random, and equal steps give equal batches, so that a resumed run sees the same data. */
public interface BatchSource {
    /** Optimizer steps of one pass over the data; at least 1. */
    long stepsPerEpoch();

    /**
     * The micro batches whose gradients are summed for one optimizer step.
     *
     * @param globalStep from 0, going on through all epochs: {@code globalStep / stepsPerEpoch} is the epoch
     */
    List<MicroBatch> microBatches(long globalStep);
}
