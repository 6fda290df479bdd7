package dev.newt.train;

import java.util.OptionalDouble;

/**
 * How a run ended, where it did not fail.
 *
 * @param status whether all steps were done
 * @param step optimizer steps done
 * @param evaluationLoss of the last evaluation in this part of the run
 */
public record TrainingResult(Status status, long step, OptionalDouble evaluationLoss) {
    /** The end of a run. */
    public enum Status {
        FINISHED,
        /** Stopped on request, after a checkpoint. */
        INTERRUPTED
    }
}
