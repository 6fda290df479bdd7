package dev.newt.train;

import dev.newt.data.DataPosition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a run stands after a step, beside its tensors. The keys of dropout follow from the step.
 *
 * @param step optimizer steps done
 * @param tokens seen, and {@code trainedTokens} likewise
 * @param elapsedSeconds in training
 * @param sinceLog what the next line of metrics is made of
 * @param highLossSteps steps in a row whose loss was above the watchdog's threshold
 * @param data where the next step's data begin
 * @param evaluations losses of the evaluations, from the lowest on: how many follow it tells how long there was no progress
 * @param evaluationPending whether the evaluation after this step was cut short
 */
record RunState(
        long step,
        long tokens,
        long trainedTokens,
        double elapsedSeconds,
        Window sinceLog,
        int highLossSteps,
        DataPosition data,
        List<Double> evaluations,
        boolean evaluationPending) {
    RunState {
        evaluations = List.copyOf(evaluations);
    }

    /**
     * Sums since the last line of metrics.
     *
     * @param weight that the losses and metrics are means over
     */
    record Window(
            double summedLoss,
            double weight,
            Map<String, Double> metrics,
            long tokens,
            long trainedTokens,
            double seconds) {
        static final Window EMPTY = new Window(0, 0, Map.of(), 0, 0, 0);

        Window plus(StepSums sums, long stepTokens, long stepTrainedTokens, double stepSeconds) {
            Map<String, Double> all = new LinkedHashMap<>(metrics);
            sums.metrics().forEach((name, value) -> all.merge(name, value, Double::sum));
            return new Window(
                    summedLoss + sums.loss(),
                    weight + sums.weight(),
                    all,
                    tokens + stepTokens,
                    trainedTokens + stepTrainedTokens,
                    seconds + stepSeconds);
        }
    }

    static RunState atStart() {
        return new RunState(0, 0, 0, 0, Window.EMPTY, 0, DataPosition.START, List.of(), false);
    }

    RunState afterStep(StepSums sums, long stepTokens, long stepTrainedTokens, double seconds, DataPosition end) {
        return new RunState(
                step + 1,
                tokens + stepTokens,
                trainedTokens + stepTrainedTokens,
                elapsedSeconds + seconds,
                sinceLog.plus(sums, stepTokens, stepTrainedTokens, seconds),
                highLossSteps,
                end,
                evaluations,
                false);
    }

    RunState withEmptyWindow() {
        return new RunState(
                step,
                tokens,
                trainedTokens,
                elapsedSeconds,
                Window.EMPTY,
                highLossSteps,
                data,
                evaluations,
                evaluationPending);
    }

    RunState withHighLossSteps(int count) {
        return new RunState(
                step, tokens, trainedTokens, elapsedSeconds, sinceLog, count, data, evaluations, evaluationPending);
    }

    RunState withEvaluationPending(boolean pending) {
        return new RunState(
                step, tokens, trainedTokens, elapsedSeconds, sinceLog, highLossSteps, data, evaluations, pending);
    }

    RunState withEvaluation(double loss) {
        List<Double> losses = new ArrayList<>();
        if (!evaluations.isEmpty() && loss >= evaluations.get(0)) {
            losses.addAll(evaluations);
        }
        losses.add(loss);
        return new RunState(step, tokens, trainedTokens, elapsedSeconds, sinceLog, highLossSteps, data, losses, false);
    }

    /** Evaluations in a row that did not lower the loss. */
    int evaluationsWithoutProgress() {
        return Math.max(0, evaluations.size() - 1);
    }
}
