package dev.newt.cli;

import dev.newt.io.UserException;
import dev.newt.regress.BaselineFolder;
import dev.newt.regress.ConfigFiles;
import dev.newt.regress.Regression;
import dev.newt.regress.Tolerance;
import dev.newt.regress.Verdict;
import dev.newt.regress.Verdict.Status;
import dev.newt.report.ComparisonPage;
import dev.newt.report.JUnitReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Runs configurations for a few steps and compares loss, gradient norm and tokens with stored baselines. */
final class RegressCommand implements Command {
    private static final String STEPS = "steps";
    private static final String BASELINE = "baseline";
    private static final String UPDATE = "update";
    private static final String STRICT = "strict";
    private static final String TOLERANCE = "tolerance";
    private static final String JUNIT = "junit";
    private static final String HTML = "html";
    private static final String USUAL_FOLDER = "regressions";
    private static final String SUITE = "newt.regress";

    @Override
    public String name() {
        return "regress";
    }

    @Override
    public String summary() {
        return "run configurations for a few steps and compare the numbers with stored ones";
    }

    @Override
    public String operands() {
        return "DIR|CONFIG.yaml ... [key=value ...]";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(valued(STEPS, "N", "optimizer steps; those of the baseline if not given, 10 for a new one"))
                .addOption(valued(BASELINE, "DIR", "folder of the baselines, " + USUAL_FOLDER + " if not given"))
                .addOption(flag(UPDATE, "write the baselines from what the runs give now"))
                .addOption(valued(
                        TOLERANCE,
                        "LOSS[,NORM]",
                        "parts by which loss and gradient norm may differ; else the baseline says it"))
                .addOption(flag(STRICT, "a changed plan is a failure even if its numbers are the same"))
                .addOption(valued(JUNIT, "FILE", "write the results as JUnit's XML"))
                .addOption(valued(HTML, "FILE", "write a page with the curves"))
                .addOption(Arguments.formatOption());
    }

    private static Option valued(String name, String argument, String text) {
        return Option.builder()
                .longOpt(name)
                .hasArg()
                .argName(argument)
                .desc(text)
                .get();
    }

    private static Option flag(String name, String text) {
        return Option.builder().longOpt(name).desc(text).get();
    }

    @Override
    public int run(Arguments arguments, Console console) {
        Regression.Settings settings = new Regression.Settings(
                new BaselineFolder(
                        Path.of(arguments.value(BASELINE).orElse(USUAL_FOLDER)),
                        Path.of("").toAbsolutePath()),
                arguments.value(STEPS).map(RegressCommand::steps),
                arguments.value(TOLERANCE).map(Tolerance::parse),
                arguments.has(UPDATE),
                arguments.has(STRICT),
                overrides(arguments));
        boolean json = arguments.json();
        List<Path> configs = ConfigFiles.find(arguments.files());
        RegressProgress progress = new RegressProgress(console, json, arguments.has("debug"));
        List<Verdict> verdicts = new Regression(settings, progress).run(configs);
        String summary = summary(verdicts);
        if (json) {
            console.out().print(RegressJson.of(verdicts));
        } else {
            console.out().println(summary);
        }
        arguments.value(JUNIT).ifPresent(file -> JUnitReport.write(Path.of(file), SUITE, cases(verdicts)));
        arguments
                .value(HTML)
                .ifPresent(file -> ComparisonPage.write(
                        Path.of(file),
                        "Regressions",
                        summary,
                        verdicts.stream().map(RegressSection::of).toList()));
        return exitCode(verdicts);
    }

    private static List<String> overrides(Arguments arguments) {
        List<String> overrides = arguments.overrides();
        if (overrides.stream().anyMatch(override -> override.startsWith("max_steps="))) {
            throw new UserException("max_steps is what --" + STEPS + " says here; write --" + STEPS + " N");
        }
        return overrides;
    }

    private static int steps(String text) {
        try {
            int steps = Integer.parseInt(text);
            if (steps > 0) {
                return steps;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw new UserException("--" + STEPS + " is " + text + "; it takes a whole number, 1 or more");
    }

    private static List<JUnitReport.Case> cases(List<Verdict> verdicts) {
        return verdicts.stream()
                .map(verdict -> new JUnitReport.Case(
                        verdict.config().toString(),
                        verdict.seconds(),
                        verdict.status().isGood()
                                ? Optional.empty()
                                : Optional.of(new JUnitReport.Problem(
                                        verdict.status() == Status.REFUSED || verdict.status() == Status.FAILED,
                                        verdict.status().text(),
                                        verdict.message()))))
                .toList();
    }

    private static String summary(List<Verdict> verdicts) {
        long good =
                verdicts.stream().filter(verdict -> verdict.status().isGood()).count();
        double seconds = verdicts.stream().mapToDouble(Verdict::seconds).sum();
        return String.format(
                Locale.ROOT,
                "%d configuration%s: %d good, %d not, in %.1f s",
                verdicts.size(),
                verdicts.size() == 1 ? "" : "s",
                good,
                verdicts.size() - good,
                seconds);
    }

    private static int exitCode(List<Verdict> verdicts) {
        if (verdicts.stream().anyMatch(verdict -> verdict.status() == Status.REFUSED)) {
            return ExitCode.BAD_INPUT;
        }
        return verdicts.stream().allMatch(verdict -> verdict.status().isGood()) ? ExitCode.DONE : ExitCode.FAILED;
    }
}
