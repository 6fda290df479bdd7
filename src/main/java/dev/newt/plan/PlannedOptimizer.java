package dev.newt.plan;

import dev.newt.config.TrainingConfig;
import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LionSettings;
import dev.newt.optim.OptimizerSettings;
import dev.newt.optim.ParameterGroups;
import dev.newt.optim.SgdSettings;

/** The optimizer that a configuration names, with its constants. */
public final class PlannedOptimizer {
    private PlannedOptimizer() {}

    /** Constants that the configuration has no key for are those of Axolotl's libraries. */
    public static OptimizerSettings of(TrainingConfig training) {
        ParameterGroups groups = ParameterGroups.HUGGING_FACE;
        double decay = training.weightDecay();
        return switch (training.optimizer().rule()) {
            case ADAMW -> new AdamWSettings(
                    training.adamBeta1(), training.adamBeta2(), training.adamEpsilon(), decay, groups);
            case SGD -> new SgdSettings(0, 0, false, decay, groups);
            case LION -> new LionSettings(training.adamBeta1(), training.adamBeta2(), decay, groups);
        };
    }
}
