package dev.newt.cli;

import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Planner;
import dev.newt.report.ConsoleProgress;
import dev.newt.run.TokenView;
import dev.newt.run.TrainingRun;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Prepares the data without training. */
final class PreprocessCommand implements Command {
    private static final String ROWS = "show";

    @Override
    public String name() {
        return "preprocess";
    }

    @Override
    public String summary() {
        return "prepare the data; --show N prints rows token by token, trained ones marked";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(ROWS)
                        .hasArg()
                        .argName("N")
                        .desc("print the first N examples, trained tokens marked")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        int rows = arguments.value(ROWS).map(PreprocessCommand::count).orElse(0);
        LoadedConfig loaded = arguments.config(console);
        ExecutionPlan plan = Planner.plan(loaded);
        try (TrainingRun run = TrainingRun.prepare(loaded, plan, new PreparationProgress(console))) {
            console.out().println(DataSummary.of(run.data()) + ", " + run.totalSteps() + " steps");
            console.out().println("prepared in " + run.data().directory());
            TokenView view = run.tokens();
            for (int i = 0; i < Math.min(rows, view.examples()); i++) {
                console.out().println();
                console.out().println("example " + i + ": " + view.summary(i));
                console.out().println(view.marked(i, ConsoleProgress.isTerminal()));
            }
        }
        return ExitCode.DONE;
    }

    private static int count(String text) {
        try {
            int count = Integer.parseInt(text);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw new UserException("--" + ROWS + ": '" + text + "' is not a whole number", e);
        }
        throw new UserException("--" + ROWS + ": " + text + " is negative");
    }
}
