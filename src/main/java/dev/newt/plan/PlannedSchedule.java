package dev.newt.plan;

import dev.newt.plan.ExecutionPlan.Schedule;
import dev.newt.train.Cadence;

/** When evaluations and checkpoints happen, in words. */
final class PlannedSchedule {
    private PlannedSchedule() {}

    static Schedule of(RunSettings settings) {
        RunSettings.Output output = settings.output();
        boolean streams = settings.streaming().isPresent();
        return new Schedule(
                output.folder().toString(),
                output.loggingSteps(),
                words(output.evaluation(), streams),
                words(output.saving(), streams),
                output.saveTotalLimit(),
                settings.seed());
    }

    /** Streamed data have no epochs; the run takes their place. */
    private static String words(Cadence cadence, boolean streams) {
        if (cadence instanceof Cadence.Never) {
            return "never";
        } else if (cadence instanceof Cadence.TimesPerEpoch times) {
            return times.times() + (streams ? " times" : " times an epoch");
        } else if (cadence instanceof Cadence.EveryShare share) {
            return "every " + Text.percent(share.share()) + " of the steps";
        } else if (cadence instanceof Cadence.EverySteps steps) {
            return "every " + Text.count(steps.steps()) + " steps";
        }
        return streams ? "at the end" : "every epoch";
    }
}
