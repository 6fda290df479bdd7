package dev.newt.train;

/**
 * Where a run stands after a step, beside its tensors. The position in the data and the keys of dropout follow from the step.
 *
 * @param step optimizer steps done
 * @param tokens seen, and {@code trainedTokens} likewise
 * @param elapsedSeconds in training
 * @param sinceLog what the next line of metrics is made of
 * @param highLossSteps steps in a row whose loss was above the watchdog's threshold
 * @param evaluationPending whether the evaluation after this step was cut short
 */
record RunState(
        long step,
        long tokens,
        long trainedTokens,
        double elapsedSeconds,
        Window sinceLog,
        int highLossSteps,
        boolean evaluationPending) {

    /** Sums since the last line of metrics. */
    record Window(double summedLoss, long tokens, long trainedTokens, double seconds) {
        static final Window EMPTY = new Window(0, 0, 0, 0);

        Window plus(double stepSummedLoss, long stepTokens, long stepTrainedTokens, double stepSeconds) {
            return new Window(
                    summedLoss + stepSummedLoss,
                    tokens + stepTokens,
                    trainedTokens + stepTrainedTokens,
                    seconds + stepSeconds);
        }
    }

    static RunState atStart() {
        return new RunState(0, 0, 0, 0, Window.EMPTY, 0, false);
    }

    RunState afterStep(double summedLoss, long stepTokens, long stepTrainedTokens, double seconds) {
        return new RunState(
                step + 1,
                tokens + stepTokens,
                trainedTokens + stepTrainedTokens,
                elapsedSeconds + seconds,
                sinceLog.plus(summedLoss, stepTokens, stepTrainedTokens, seconds),
                highLossSteps,
                false);
    }

    RunState withEmptyWindow() {
        return new RunState(
                step, tokens, trainedTokens, elapsedSeconds, Window.EMPTY, highLossSteps, evaluationPending);
    }

    RunState withHighLossSteps(int count) {
        return new RunState(step, tokens, trainedTokens, elapsedSeconds, sinceLog, count, evaluationPending);
    }

    RunState withEvaluationPending(boolean pending) {
        return new RunState(step, tokens, trainedTokens, elapsedSeconds, sinceLog, highLossSteps, pending);
    }
}
