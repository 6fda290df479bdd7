package dev.newt.plan;

import dev.newt.config.LoadedConfig;
import dev.newt.config.ScheduleConfig;
import dev.newt.config.When;
import dev.newt.plan.ExecutionPlan.Schedule;
import java.util.Optional;

/** When evaluations and checkpoints happen, by Axolotl's rules: unless told otherwise, at the end of every epoch. */
final class PlannedSchedule {
    private PlannedSchedule() {}

    static Schedule of(LoadedConfig loaded) {
        ScheduleConfig schedule = loaded.config().schedule();
        boolean evaluates = loaded.config().data().evaluates();
        boolean streams = loaded.config().streaming().isOn();
        return new Schedule(
                loaded.paths().output(schedule.outputDir()).toString(),
                schedule.loggingSteps(),
                evaluates
                        ? words(schedule.evalsPerEpoch(), schedule.evalSteps(), schedule.evalStrategy(), streams)
                        : "never",
                words(schedule.savesPerEpoch(), schedule.saveSteps(), schedule.saveStrategy(), streams),
                schedule.saveTotalLimit(),
                loaded.config().training().seed());
    }

    /** Streamed data have no epochs; the run takes their place. */
    private static String words(
            Optional<Integer> perEpoch, Optional<Double> steps, Optional<When> strategy, boolean streams) {
        String everyEpoch = streams ? "at the end" : "every epoch";
        if (perEpoch.isPresent()) {
            return switch (perEpoch.get()) {
                case 0 -> "never";
                case 1 -> everyEpoch;
                default -> perEpoch.get() + (streams ? " times" : " times an epoch");
            };
        }
        if (steps.isPresent()) {
            return steps.get() < 1
                    ? "every " + Text.percent(steps.get()) + " of the steps"
                    : "every " + Text.count(steps.get().longValue()) + " steps";
        }
        return strategy.filter(when -> when == When.NEVER).isPresent() ? "never" : everyEpoch;
    }
}
