package dev.newt.train;

import java.util.Locale;
import java.util.Optional;

/** Stops a run that has broken down. */
final class LossGuard {
    private final Optional<TrainSettings.Watchdog> watchdog;

    LossGuard(Optional<TrainSettings.Watchdog> watchdog) {
        this.watchdog = watchdog;
    }

    /** Refuses to apply gradients that are not numbers. */
    static void requireFinite(long step, double loss, double gradNorm) {
        if (!Double.isFinite(loss)) {
            throw broken(step, "the loss is " + loss);
        }
        if (!Double.isFinite(gradNorm)) {
            throw broken(step, "the gradients' norm is " + gradNorm + " (loss " + loss + ")");
        }
    }

    static void requireFiniteEvaluation(long step, double loss) {
        if (!Double.isFinite(loss)) {
            throw new TrainingFailedException(
                    "after step " + step + ": the evaluation loss is " + loss
                            + ". The checkpoints written before are intact. Lower learning_rate, or look at the evaluation data.");
        }
    }

    private static TrainingFailedException broken(long step, String what) {
        return new TrainingFailedException(
                "step " + step + ": " + what + ". The step was not applied and the checkpoints"
                        + " written before it are intact. Lower learning_rate, lengthen the warm-up, set max_grad_norm, or look"
                        + " at the data.");
    }

    /** The state with its count of high losses brought up to date by the step just done. */
    RunState watch(RunState state, double loss) {
        if (watchdog.isEmpty()) {
            return state;
        }
        if (loss <= watchdog.get().threshold()) {
            return state.withHighLossSteps(0);
        }
        int high = state.highLossSteps() + 1;
        if (high >= watchdog.get().patience()) {
            throw new TrainingFailedException(String.format(
                    Locale.ROOT,
                    "step %d: the loss is %.4f, and was above loss_watchdog_threshold %s for %d steps in a row"
                            + " (loss_watchdog_patience). The checkpoints written before are intact.",
                    state.step(),
                    loss,
                    watchdog.get().threshold(),
                    high));
        }
        return state.withHighLossSteps(high);
    }
}
