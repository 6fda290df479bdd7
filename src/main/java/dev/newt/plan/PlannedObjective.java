package dev.newt.plan;

import dev.newt.config.PreferenceConfig;
import dev.newt.objective.Dpo;
import dev.newt.objective.Objective;
import java.util.Optional;

/** From {@code rl} and its keys to the objective. */
final class PlannedObjective {
    /** TRL's. */
    private static final double DEFAULT_BETA = 0.1;

    private PlannedObjective() {}

    /** Empty for supervised training. */
    static Optional<Objective> of(PreferenceConfig config) {
        return config.rl().map(name -> switch (name) {
            case DPO -> new Dpo(config.rlBeta().orElse(DEFAULT_BETA));
        });
    }

    /** Examples of a row that are never parted. */
    static int groupSize(PreferenceConfig config) {
        return of(config).map(objective -> objective.rows().groupSize()).orElse(1);
    }
}
