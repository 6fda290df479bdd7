package dev.newt.cli;

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
                .addOption(Option.builder().longOpt(JSON).desc("print JSON").get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        ExecutionPlan plan = Planner.plan(arguments.config(console));
        console.out().print(arguments.has(JSON) ? PlanJson.write(plan) : PlanTable.of(plan));
        return ExitCode.DONE;
    }
}
