package dev.newt.plan;

import dev.newt.config.TrainingConfig;
import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LionSettings;
import dev.newt.optim.OptimizerSettings;
import dev.newt.optim.ParameterGroups;
import dev.newt.optim.SgdSettings;
import java.util.Locale;
import java.util.Optional;

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

    /** What a plan shows of it. */
    static ExecutionPlan.Optimizer described(
            OptimizerSettings optimizer, RunSettings.LearningRate rate, Optional<Double> maxGradNorm) {
        if (optimizer instanceof AdamWSettings adamw) {
            return described("adamw", rate, adamw.weightDecay(), maxGradNorm)
                    .withConstants(
                            Optional.of(adamw.beta1()), Optional.of(adamw.beta2()), Optional.of(adamw.epsilon()));
        } else if (optimizer instanceof LionSettings lion) {
            return described("lion", rate, lion.weightDecay(), maxGradNorm)
                    .withConstants(Optional.of(lion.beta1()), Optional.of(lion.beta2()), Optional.empty());
        } else if (optimizer instanceof SgdSettings sgd) {
            return described("sgd", rate, sgd.weightDecay(), maxGradNorm);
        }
        throw new IllegalArgumentException("no name is known of " + optimizer);
    }

    private static ExecutionPlan.Optimizer described(
            String name, RunSettings.LearningRate rate, double decay, Optional<Double> maxGradNorm) {
        return new ExecutionPlan.Optimizer(
                name,
                rate.peak(),
                rate.kind().name().toLowerCase(Locale.ROOT),
                decay,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                maxGradNorm);
    }
}
