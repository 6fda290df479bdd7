package dev.newt.run;

import dev.newt.config.LoadedConfig;
import dev.newt.config.ScheduleConfig;
import dev.newt.config.TrainingConfig;
import dev.newt.config.When;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.PlannedOptimizer;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.TrainSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** From the configuration to what the training loop is told, with Axolotl's defaults. */
final class TrainWiring {
    private static final double LOGGED_SHARE = 0.005;
    private static final int MOST_STEPS_A_LINE = 10;

    private final LoadedConfig loaded;
    private final ExecutionPlan plan;

    TrainWiring(LoadedConfig loaded, ExecutionPlan plan) {
        this.loaded = loaded;
        this.plan = plan;
    }

    /**
     * @param dataKey names the prepared data: a checkpoint is not resumed on other data
     */
    TrainSettings settings(String dataKey, long stepsPerEpoch) {
        TrainingConfig training = loaded.config().training();
        ScheduleConfig schedule = loaded.config().schedule();
        OptionalLong maxSteps = training.maxSteps().map(OptionalLong::of).orElse(OptionalLong.empty());
        long total = maxSteps.orElseGet(() -> (long) Math.ceil(training.numEpochs() * stepsPerEpoch));
        return new TrainSettings(
                loaded.paths().output(schedule.outputDir()),
                plan.hash() + "-" + dataKey,
                training.seed(),
                training.numEpochs(),
                maxSteps,
                new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.valueOf(training.lrScheduler().name()),
                        training.learningRate(),
                        OptionalLong.of(plan.steps().warmup().of(total)),
                        OptionalDouble.empty(),
                        training.cosineMinLrRatio(),
                        training.cosineConstantLrRatio() > 0 ? training.cosineConstantLrRatio() : 1),
                PlannedOptimizer.of(training),
                training.maxGradNorm() > 0 ? OptionalDouble.of(training.maxGradNorm()) : OptionalDouble.empty(),
                schedule.loggingSteps()
                        .orElseGet(() -> (int) Math.max(1, Math.min(MOST_STEPS_A_LINE, (long) (LOGGED_SHARE * total)))),
                loaded.config().data().evaluates()
                        ? cadence(schedule.evalsPerEpoch(), schedule.evalSteps(), schedule.evalStrategy())
                        : new Cadence.Never(),
                cadence(schedule.savesPerEpoch(), schedule.saveSteps(), schedule.saveStrategy()),
                schedule.saveTotalLimit().map(OptionalInt::of).orElse(OptionalInt.empty()),
                resume(schedule),
                training.lossWatchdogThreshold()
                        .map(threshold -> new TrainSettings.Watchdog(threshold, training.lossWatchdogPatience())));
    }

    private static Cadence cadence(Optional<Integer> perEpoch, Optional<Double> steps, Optional<When> strategy) {
        if (perEpoch.isPresent()) {
            return switch (perEpoch.get()) {
                case 0 -> new Cadence.Never();
                case 1 -> new Cadence.EveryEpoch();
                default -> new Cadence.TimesPerEpoch(perEpoch.get());
            };
        }
        if (steps.isPresent()) {
            return steps.get() < 1
                    ? new Cadence.EveryShare(steps.get())
                    : new Cadence.EverySteps(steps.get().longValue());
        }
        return strategy.filter(when -> when == When.NEVER).isPresent() ? new Cadence.Never() : new Cadence.EveryEpoch();
    }

    private Resume resume(ScheduleConfig schedule) {
        if (schedule.autoResumeFromCheckpoints()) {
            return new Resume.Latest();
        }
        return schedule.resumeFromCheckpoint()
                .<Resume>map(written -> new Resume.From(checkpoint(written)))
                .orElseGet(Resume.Fresh::new);
    }

    /** A checkpoint is an output that is read: it is looked for where outputs go first. */
    private Path checkpoint(String written) {
        Path output = loaded.paths().output(written);
        return Files.exists(output) ? output : loaded.paths().find(written);
    }
}
