package dev.newt.cli;

import dev.newt.config.LoadedConfig;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Planner;

/** Says whether a configuration, its model's config.json and its data files can be used. */
final class ValidateCommand implements Command {
    @Override
    public String name() {
        return "validate";
    }

    @Override
    public String summary() {
        return "check a configuration, and that its model and data are there";
    }

    @Override
    public int run(Arguments arguments, Console console) {
        LoadedConfig loaded = arguments.config(console);
        ExecutionPlan plan = Planner.plan(loaded);
        plan.warnings().forEach(warning -> console.err().println("warning: " + warning));
        console.out().println(loaded.file() + ": valid");
        return ExitCode.DONE;
    }
}
