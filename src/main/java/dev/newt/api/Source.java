package dev.newt.api;

import dev.newt.config.LoadedConfig;
import dev.newt.config.yaml.Problem;
import dev.newt.plan.Device;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Fit;
import dev.newt.plan.Planner;
import dev.newt.plan.RunSettings;
import dev.newt.plan.SettingsReader;
import java.util.List;

/** Where settings come from, which decides how much can be said about what is wrong with them. */
sealed interface Source {
    RunSettings settings();

    List<Problem> warnings();

    /** The warnings of a plan for this machine; throws what {@link #plan} throws. */
    List<String> check();

    ExecutionPlan plan(Device device);

    ExecutionPlan planOfTrained();

    Fit fit(ExecutionPlan plan);

    /** A configuration: messages have a place in it, and another one can be made of it to see whether that fits. */
    record Configuration(LoadedConfig loaded) implements Source {
        @Override
        public RunSettings settings() {
            return SettingsReader.read(loaded);
        }

        @Override
        public List<Problem> warnings() {
            return loaded.warnings();
        }

        @Override
        public List<String> check() {
            return Planner.check(loaded);
        }

        @Override
        public ExecutionPlan plan(Device device) {
            return Planner.plan(loaded, device);
        }

        @Override
        public ExecutionPlan planOfTrained() {
            return Planner.planOfTrained(loaded);
        }

        @Override
        public Fit fit(ExecutionPlan plan) {
            return Fit.of(loaded, plan);
        }
    }

    /** Settings alone. */
    record Typed(RunSettings settings) implements Source {
        @Override
        public List<Problem> warnings() {
            return List.of();
        }

        @Override
        public List<String> check() {
            return Planner.check(settings);
        }

        @Override
        public ExecutionPlan plan(Device device) {
            return Planner.plan(settings, device);
        }

        @Override
        public ExecutionPlan planOfTrained() {
            return Planner.planOfTrained(settings);
        }

        @Override
        public Fit fit(ExecutionPlan plan) {
            return Fit.of(plan);
        }
    }
}
