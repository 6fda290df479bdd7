package dev.newt.cli;

import dev.newt.api.Newt;
import dev.newt.config.LoadedConfig;
import dev.newt.plan.Device;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Fit;
import dev.newt.plan.ModelNotFetchedException;
import dev.newt.plan.PlanJson;
import dev.newt.plan.PlanTable;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Shows what a configuration comes to, and whether it fits. */
final class PlanCommand implements Command {
    private static final String JSON = "json";
    private static final String ON = "on";

    @Override
    public String name() {
        return "plan";
    }

    @Override
    public String summary() {
        return "show what would run: parameters, steps, memory, work, and whether it fits";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder().longOpt(JSON).desc("print JSON").get())
                .addOption(Option.builder()
                        .longOpt(ON)
                        .hasArg()
                        .argName("DEVICE")
                        .desc("plan for another device, such as h100-80gb or cpu-24gb")
                        .get())
                .addOption(Arguments.formatOption())
                .addOption(Arguments.strictOption());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        Device device = arguments.value(ON).map(Device::named).orElseGet(Device::here);
        LoadedConfig loaded = arguments.config(console);
        Newt newt = Newt.of(loaded);
        ExecutionPlan plan;
        try {
            plan = newt.plan(device);
        } catch (ModelNotFetchedException e) {
            return notFetched(loaded, e, arguments, console);
        }
        boolean refused = arguments.has(Arguments.STRICT)
                && loaded.warnings().size() + plan.warnings().size() > 0;
        if (arguments.json() && !arguments.has(JSON)) {
            ProblemJson problems = new ProblemJson();
            problems.add(loaded.warnings());
            plan.warnings().forEach(warning -> problems.add(loaded.file(), "warning", warning));
            console.out().print(problems.text());
            return refused ? ExitCode.BAD_INPUT : ExitCode.DONE;
        }
        Fit fit = newt.fit(plan);
        console.out().print(arguments.has(JSON) ? PlanJson.write(plan, fit) : PlanTable.of(plan, fit));
        return refused ? refused(console) : ExitCode.DONE;
    }

    private static int refused(Console console) {
        console.err().println("error: --" + Arguments.STRICT + " allows no warnings");
        return ExitCode.BAD_INPUT;
    }

    /** All is right as far as can be said, but there is no plan to show. */
    private static int notFetched(
            LoadedConfig loaded, ModelNotFetchedException absent, Arguments arguments, Console console) {
        boolean strict = arguments.has(Arguments.STRICT);
        if (arguments.json() && !arguments.has(JSON)) {
            ProblemJson problems = new ProblemJson();
            problems.add(loaded.warnings());
            absent.warnings().forEach(warning -> problems.add(loaded.file(), "warning", warning));
            console.out().print(problems.text());
            return strict ? ExitCode.BAD_INPUT : ExitCode.DONE;
        }
        absent.warnings().forEach(warning -> console.err().println("warning: " + warning));
        console.out().println(arguments.has(JSON) ? "{}" : "no plan can be shown before the model is here");
        return strict ? refused(console) : ExitCode.DONE;
    }
}
