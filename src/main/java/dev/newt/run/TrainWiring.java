package dev.newt.run;

import dev.newt.optim.LearningRateSchedule;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.train.RunIdentity;
import dev.newt.train.TrainSettings;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** From a plan to what the training loop is told, once the data are known. */
final class TrainWiring {
    private static final double LOGGED_SHARE = 0.005;
    private static final int MOST_STEPS_A_LINE = 10;

    private TrainWiring() {}

    /** @param dataKey names the data: a checkpoint is not resumed on other data */
    static TrainSettings settings(ExecutionPlan plan, String dataKey, long stepsPerEpoch) {
        RunSettings run = plan.settings();
        OptionalLong maxSteps = run.length().maxSteps().map(OptionalLong::of).orElse(OptionalLong.empty());
        long total = maxSteps.orElseGet(() -> TrainSettings.steps(run.length().epochs(), stepsPerEpoch));
        RunSettings.LearningRate rate = run.learningRate();
        RunSettings.Output output = run.output();
        return new TrainSettings(
                output.folder(),
                new RunIdentity(plan.hash(), plan.hashed(), dataKey, weights(run)),
                run.seed(),
                run.length().epochs(),
                maxSteps,
                new LearningRateSchedule.Settings(
                        rate.kind(),
                        rate.peak(),
                        OptionalLong.of(rate.warmup().of(total)),
                        OptionalDouble.empty(),
                        rate.cosineMinimumRatio(),
                        rate.cosineEnd()),
                run.optimizer(),
                run.maxGradNorm().map(OptionalDouble::of).orElse(OptionalDouble.empty()),
                output.loggingSteps()
                        .orElseGet(() -> (int) Math.max(1, Math.min(MOST_STEPS_A_LINE, (long) (LOGGED_SHARE * total)))),
                output.evaluation(),
                output.saving(),
                output.saveTotalLimit().map(OptionalInt::of).orElse(OptionalInt.empty()),
                output.resume(),
                run.watchdog(),
                run.earlyStoppingPatience().map(OptionalInt::of).orElse(OptionalInt.empty()));
    }

    /** Weights that are drawn follow from the seed. */
    private static String weights(RunSettings run) {
        return run.model().drawnAtRandom() ? "" : WeightsIdentity.of(run.model().folder());
    }
}
