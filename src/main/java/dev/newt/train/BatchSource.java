package dev.newt.train;

import dev.newt.data.DataPosition;

/** The training data as optimizer steps. Equal steps at equal positions give equal batches, so that a resumed run sees the same data. */
public interface BatchSource {
    /** Optimizer steps of one pass over the data; at least 1. Where a pass has no known end, the steps of the whole run. */
    long stepsPerEpoch();

    /**
     * The data of one optimizer step.
     *
     * @param globalStep from 0, going on through all epochs: {@code globalStep / stepsPerEpoch} is the epoch
     * @param position where the step before ended; data that are found by the step alone hand it back
     */
    StepData step(long globalStep, DataPosition position);
}
