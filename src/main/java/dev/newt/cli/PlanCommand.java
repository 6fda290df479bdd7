package dev.newt.cli;

import dev.newt.config.LoadedConfig;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.PlanJson;
import dev.newt.plan.PlanTable;
import dev.newt.plan.Planner;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Shows what a configuration comes to. */
final class PlanCommand implements Command {
    private static final String JSON = "json";

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String summary() {
        return "show what would run: parameters, steps, memory, work";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder().longOpt(JSON).desc("print JSON").get())
                .addOption(Arguments.formatOption());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        LoadedConfig loaded = arguments.config(console);
        ExecutionPlan plan = Planner.plan(loaded);
        if (arguments.json() && !arguments.has(JSON)) {
            ProblemJson problems = new ProblemJson();
            problems.add(loaded.warnings());
            plan.warnings().forEach(warning -> problems.add(loaded.file(), "warning", warning));
            console.out().print(problems.text());
            return ExitCode.DONE;
        }
        console.out().print(arguments.has(JSON) ? PlanJson.write(plan) : PlanTable.of(plan));
        return ExitCode.DONE;
    }
}
