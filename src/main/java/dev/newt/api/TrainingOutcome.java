package dev.newt.api;

import dev.newt.train.TrainingResult;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a training ended.
 *
 * @param result whether all steps were done, how many, and the last evaluation's loss
 * @param outputDirectory where the adapter or the model is, with checkpoints, metrics and report
 * @param answers to the held-out questions; empty unless {@code eval_table_size} asks for them
 * @param exactMatchBefore share of the answers before training that equal the data's, in [0, 1]
 * @param exactMatchAfter the same after training; empty also where the run was interrupted
 */
public record TrainingOutcome(
        TrainingResult result,
        Path outputDirectory,
        List<Answer> answers,
        Optional<Double> exactMatchBefore,
        Optional<Double> exactMatchAfter) {
    public TrainingOutcome {
        answers = List.copyOf(answers);
    }

    /**
     * One held-out question.
     *
     * @param prompt as the model sees it, special tokens included
     * @param expected the answer in the data
     * @param before the model's answer before training
     * @param after the model's answer after training; empty where the run was interrupted
     */
    public record Answer(String prompt, String expected, Optional<String> before, Optional<String> after) {}

    /** Whether the run was stopped on request, and can be resumed from its checkpoint. */
    public boolean isInterrupted() {
        return result.status() == TrainingResult.Status.INTERRUPTED;
    }
}
