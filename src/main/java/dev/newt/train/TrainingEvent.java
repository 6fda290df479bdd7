package dev.newt.train;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalDouble;

/** What happens in a run. Steps count finished optimizer steps: the first step done is step 1. */
public sealed interface TrainingEvent {
    /**
     * @param startStep steps already done by the run that is resumed; 0 for a new one
     * @param evaluationPending whether the evaluation after {@code startStep} is still to come
     * @param trainableParameters elements that the optimizer updates
     */
    record Started(
            Path outputDirectory,
            long startStep,
            boolean evaluationPending,
            long totalSteps,
            long stepsPerEpoch,
            long trainableParameters,
            String device)
            implements TrainingEvent {}

    /**
     * One optimizer step.
     *
     * @param epoch data seen so far, in epochs
     * @param loss mean over the step's trained tokens
     * @param gradNorm before clipping
     * @param learningRate of this step
     * @param tokens of the step, all
     * @param trainedTokens of the step that gave a loss
     * @param seconds that the step took
     * @param secondsLeft by the pace of the last steps
     * @param peakBytes the most device memory used so far
     * @param metrics the objective's own, means as the loss is
     */
    record StepDone(
            long step,
            long totalSteps,
            double epoch,
            double loss,
            double gradNorm,
            double learningRate,
            long tokens,
            long trainedTokens,
            double seconds,
            double tokensPerSecond,
            double secondsLeft,
            long peakBytes,
            Map<String, Double> metrics)
            implements TrainingEvent {}

    /**
     * Every {@code loggingSteps} steps, and after the last one: means and totals since the line before.
     *
     * @param loss mean over the trained tokens since the line before
     * @param gradNorm of the last step, before clipping
     * @param learningRate of the last step
     * @param totalTokens seen since the run's beginning, and {@code totalTrainedTokens} likewise
     * @param elapsedSeconds in training since the run's beginning, earlier parts of a resumed run included
     * @param metrics the objective's own, means as the loss is
     */
    record Logged(
            long step,
            long totalSteps,
            double epoch,
            double loss,
            double gradNorm,
            double learningRate,
            long totalTokens,
            long totalTrainedTokens,
            double tokensPerSecond,
            double trainedTokensPerSecond,
            double elapsedSeconds,
            long peakBytes,
            Map<String, Double> metrics)
            implements TrainingEvent {}

    /**
     * @param loss mean over the evaluation data
     * @param perplexity of a token; empty where the loss is of something else
     * @param metrics the objective's own, means as the loss is
     */
    record Evaluated(
            long step,
            double epoch,
            double loss,
            OptionalDouble perplexity,
            long trainedTokens,
            double seconds,
            Map<String, Double> metrics)
            implements TrainingEvent {}

    record CheckpointSaved(long step, Path directory, double seconds) implements TrainingEvent {}

    record Warning(String message) implements TrainingEvent {}

    /** All steps are done and the outputs are written. */
    record Finished(long step, Duration elapsed) implements TrainingEvent {}

    /** Stopped on request, after a checkpoint. */
    record Interrupted(long step, Path checkpoint) implements TrainingEvent {}

    /** Ended by an error; what was saved stays. */
    record Failed(long step, String message) implements TrainingEvent {}
}
