package dev.newt.train;

import dev.newt.optim.LearningRateSchedule;
import dev.newt.optim.OptimizerSettings;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What the training loop is told.
 *
 * @param outputDirectory of the run
 * @param identity everything that the result depends on; a checkpoint is resumed only by a run with the same
 * @param seed of dropout
 * @param epochs passes over the data, not always whole
 * @param maxSteps takes precedence over {@code epochs}
 * @param schedule of the learning rate
 * @param optimizer with its constants
 * @param maxGradNorm gradients are scaled down to this norm; absent: never
 * @param loggingSteps a line of metrics every so many steps
 * @param evaluation when the evaluation data are evaluated; unless never, also after the last step
 * @param saving when checkpoints are written; unless never, also after the last step
 * @param saveTotalLimit how many checkpoints are kept; absent: all
 * @param resume where the run begins
 * @param watchdog stops a run whose loss stays high
 * @param earlyStoppingPatience evaluations in a row without a lower loss, after which the run ends; absent: none ends it
 */
public record TrainSettings(
        Path outputDirectory,
        RunIdentity identity,
        long seed,
        double epochs,
        OptionalLong maxSteps,
        LearningRateSchedule.Settings schedule,
        OptimizerSettings optimizer,
        OptionalDouble maxGradNorm,
        int loggingSteps,
        Cadence evaluation,
        Cadence saving,
        OptionalInt saveTotalLimit,
        Resume resume,
        Optional<Watchdog> watchdog,
        OptionalInt earlyStoppingPatience) {
    public TrainSettings {
        if (!(epochs > 0) && maxSteps.isEmpty()) {
            throw new IllegalArgumentException(epochs + " epochs");
        }
        if (maxSteps.isPresent() && maxSteps.getAsLong() < 1) {
            throw new IllegalArgumentException(maxSteps.getAsLong() + " steps");
        }
        if (loggingSteps < 1) {
            throw new IllegalArgumentException("a line every " + loggingSteps + " steps");
        }
        if (saveTotalLimit.isPresent() && saveTotalLimit.getAsInt() < 1) {
            throw new IllegalArgumentException(saveTotalLimit.getAsInt() + " checkpoints kept");
        }
        if (earlyStoppingPatience.isPresent() && earlyStoppingPatience.getAsInt() < 1) {
            throw new IllegalArgumentException(earlyStoppingPatience.getAsInt() + " evaluations without progress");
        }
        if (maxGradNorm.isPresent() && !(maxGradNorm.getAsDouble() > 0)) {
            throw new IllegalArgumentException("gradient norm at most " + maxGradNorm.getAsDouble());
        }
    }

    /** Optimizer steps of the whole run. */
    public long totalSteps(long stepsPerEpoch) {
        return maxSteps.orElseGet(() -> steps(epochs, stepsPerEpoch));
    }

    /** Optimizer steps of so many epochs, as Hugging Face counts them: a part of an epoch is rounded up to whole steps. */
    public static long steps(double epochs, long stepsPerEpoch) {
        return (long) Math.ceil(epochs * stepsPerEpoch);
    }

    /** The epochs that the run really makes: {@code maxSteps} may end it earlier or later. */
    public double effectiveEpochs(long stepsPerEpoch) {
        return maxSteps.isPresent() ? (double) maxSteps.getAsLong() / stepsPerEpoch : epochs;
    }

    /** The same steps from the beginning, each logged, without evaluations and checkpoints. */
    public TrainSettings stepsAlone() {
        return new TrainSettings(
                outputDirectory,
                identity,
                seed,
                epochs,
                maxSteps,
                schedule,
                optimizer,
                maxGradNorm,
                1,
                new Cadence.Never(),
                new Cadence.Never(),
                OptionalInt.empty(),
                new Resume.Fresh(),
                watchdog,
                OptionalInt.empty());
    }

    /**
     * Stops the run after {@code patience} steps in a row whose loss is above {@code threshold}.
     */
    public record Watchdog(double threshold, int patience) {
        public Watchdog {
            if (patience < 1 || Double.isNaN(threshold)) {
                throw new IllegalArgumentException("watchdog over " + threshold + " for " + patience + " steps");
            }
        }
    }
}
