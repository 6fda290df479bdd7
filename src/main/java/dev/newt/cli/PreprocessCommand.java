package dev.newt.cli;

import dev.newt.config.LoadedConfig;
import dev.newt.data.DataChecks;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Planner;
import dev.newt.plan.SettingsReader;
import dev.newt.report.ConsoleProgress;
import dev.newt.report.DataPage;
import dev.newt.run.DataPreview;
import dev.newt.run.Inputs;
import dev.newt.run.TokenView;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Prepares the data without training. */
final class PreprocessCommand implements Command {
    private static final String ROWS = "show";
    private static final String DEBUG = "debug";

    @Override
    public String name() {
        return "preprocess";
    }

    @Override
    public String summary() {
        return "prepare the data; --show N prints rows, --debug N a summary and rows token by token";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(ROWS)
                        .hasArg()
                        .argName("N")
                        .desc("print the first N examples, trained tokens marked")
                        .get())
                .addOption(Option.builder()
                        .longOpt(DEBUG)
                        .hasArg()
                        .argName("N")
                        .desc(
                                "say what became of the rows, print the first N examples token by token, and write both to "
                                        + DataPage.FILE_NAME + " in output_dir")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        int rows = arguments.value(ROWS).map(text -> count(ROWS, text)).orElse(0);
        Optional<Integer> debug = arguments.value(DEBUG).map(text -> count(DEBUG, text));
        LoadedConfig loaded = arguments.config(console);
        Inputs.fetch(SettingsReader.read(loaded), new DownloadProgress(console));
        ExecutionPlan plan = Planner.plan(loaded);
        try (DataPreview run = DataPreview.prepare(plan, new PreparationProgress(console))) {
            if (run.isFirstWindow()) {
                console.out()
                        .println("streaming: the run reads the rows itself; these are the first "
                                + loaded.config().streaming().windowRows() + " of each data set");
            }
            console.out().println(DataSummary.of(run.data()) + ", " + run.totalSteps() + " steps");
            console.out().println("prepared in " + run.data().directory());
            TokenView view = run.tokens();
            DataOverview overview = new DataOverview(run.data(), view, findings(run));
            debug.ifPresent(shown -> debug(shown, loaded, run, overview, console));
            for (int i = 0; i < view.examplesOf(rows); i++) {
                console.out().println();
                console.out().println(view.title(i) + ": " + view.summary(i));
                console.out().println(view.marked(i, colours()));
            }
            findings(run).forEach(console.err()::println);
            if (run.isRefused()) {
                console.err().println(DataChecks.OVERRIDE);
                return ExitCode.BAD_INPUT;
            }
        }
        return ExitCode.DONE;
    }

    /** What is wrong with the rows, a line each. */
    private static List<String> findings(DataPreview run) {
        DataChecks checks = run.checks();
        return run.isRefused() ? checks.lines() : checks.warnings();
    }

    private static void debug(int rows, LoadedConfig loaded, DataPreview run, DataOverview overview, Console console) {
        TokenView view = run.tokens();
        overview.lines().forEach(console.out()::println);
        if (rows > 0) {
            console.out().println();
            console.out()
                    .println("Each token with its number; trained ones have a plus before them; a dot is a space.");
        }
        for (int i = 0; i < view.examplesOf(rows); i++) {
            console.out().println();
            console.out().println(view.title(i) + ": " + view.summary(i));
            console.out().println(view.listed(i, colours()));
        }
        Path page = DataPage.write(
                run.outputDirectory(), overview.page("Data of " + loaded.file().getFileName(), rows));
        console.out().println();
        console.out().println("page: " + page);
    }

    /** As no-color.org asks: no colours where NO_COLOR is set to anything. */
    private static boolean colours() {
        String refused = System.getenv("NO_COLOR");
        return ConsoleProgress.isTerminal() && (refused == null || refused.isEmpty());
    }

    private static int count(String option, String text) {
        try {
            int count = Integer.parseInt(text);
            if (count >= 0) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw new UserException("--" + option + ": '" + text + "' is not a whole number", e);
        }
        throw new UserException("--" + option + ": " + text + " is negative");
    }
}
