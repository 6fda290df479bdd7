package dev.newt.cli;

import dev.newt.config.LoadedConfig;
import dev.newt.data.Samples.PromptAndAnswer;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Fit;
import dev.newt.plan.PlanTable;
import dev.newt.plan.Planner;
import dev.newt.plan.SettingsReader;
import dev.newt.report.ConsoleProgress;
import dev.newt.report.HtmlReport;
import dev.newt.report.MetricsFile;
import dev.newt.report.ReportContent;
import dev.newt.report.ReportContent.Sample;
import dev.newt.report.ReportContent.Score;
import dev.newt.report.tracking.Tracking;
import dev.newt.run.Inputs;
import dev.newt.run.TrainingRun;
import dev.newt.train.InterruptSignals;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingFailedException;
import dev.newt.train.TrainingListener;
import dev.newt.train.TrainingResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Trains what a configuration says. */
final class TrainCommand implements Command {
    private static final String ANYWAY = "anyway";
    private static final int SAMPLES_SHOWN = 3;
    private static final int SAMPLES_REPORTED = 20;

    @Override
    public String name() {
        return "train";
    }

    @Override
    public String summary() {
        return "train; also without the word: newt CONFIG.yaml";
    }

    @Override
    public Options options() {
        return new Options()
                .addOption(Option.builder()
                        .longOpt(ANYWAY)
                        .desc("train even if the plan does not fit into the memory of this machine")
                        .get());
    }

    @Override
    public int run(Arguments arguments, Console console) {
        LoadedConfig loaded = arguments.config(console);
        DownloadProgress downloads = new DownloadProgress(console);
        Inputs.fetch(SettingsReader.read(loaded), downloads);
        ExecutionPlan plan = Planner.plan(loaded);
        Fit fit = Fit.of(loaded, plan);
        console.out().print(PlanTable.of(plan, fit));
        plan.warnings().forEach(warning -> console.err().println("warning: " + warning));
        if (fit.verdict() == Fit.Verdict.DOES_NOT_FIT && !arguments.has(ANYWAY)) {
            console.err()
                    .println("error: this run does not fit into the memory of this machine. Change the configuration as"
                            + " the plan above says, or start it all the same with --" + ANYWAY);
            return ExitCode.BAD_INPUT;
        }
        TrainingRun.requireNothingLost(plan);
        Inputs.fetchModel(plan.settings(), downloads);
        StopRequest stop = new StopRequest();
        try (InterruptSignals signals = new InterruptSignals(stop, console.err());
                TrainingRun run = TrainingRun.prepare(plan, new PreparationProgress(console))) {
            return new Session(loaded, plan, run, console, stop).run();
        } catch (TrainingFailedException e) {
            console.err().println("error: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    /** One run, with what has been seen of it so far. */
    private static final class Session {
        private final LoadedConfig loaded;
        private final ExecutionPlan plan;
        private final TrainingRun run;
        private final Console console;
        private final StopRequest stop;
        private List<String> before = List.of();
        private List<String> after = List.of();

        Session(LoadedConfig loaded, ExecutionPlan plan, TrainingRun run, Console console, StopRequest stop) {
            this.loaded = loaded;
            this.plan = plan;
            this.run = run;
            this.console = console;
            this.stop = stop;
        }

        int run() {
            String data = run.prepared()
                    .map(DataSummary::of)
                    .or(() -> run.streamed().map(rows -> DataSummary.ofFirstWindow(rows, groupSize())))
                    .orElseThrow();
            console.out().println(data + ", " + run.totalSteps() + " steps");
            run.dataWarnings().forEach(console.err()::println);
            run.load();
            before = answer("before training");
            TrainingResult result;
            try (ConsoleProgress progress = new ConsoleProgress(console.out(), ConsoleProgress.isTerminal());
                    MetricsFile metrics = new MetricsFile(run.outputDirectory());
                    Tracking tracking = new Tracking(
                            loaded,
                            run.outputDirectory(),
                            System.getenv(),
                            message -> progress.on(new TrainingEvent.Warning(message)))) {
                HtmlReport report = new HtmlReport(run.outputDirectory(), this::report);
                List<TrainingListener> listeners = List.of(progress, metrics, report, tracking);
                result = run.train(stop, listeners);
                if (result.status() == TrainingResult.Status.INTERRUPTED) {
                    return ExitCode.INTERRUPTED;
                }
                after = answer("after training");
                report.write();
            }
            conclude(result.evaluationLoss());
            return ExitCode.DONE;
        }

        private int groupSize() {
            return plan.settings().data().groupSize();
        }

        private List<String> answer(String when) {
            if (run.questions().isEmpty() || stop.isRequested()) {
                return List.of();
            }
            AnswerProgress progress = new AnswerProgress(console, "answering held-out questions " + when);
            List<String> answers = run.answer(progress::update);
            progress.end();
            return answers;
        }

        private void conclude(OptionalDouble evaluationLoss) {
            console.out().println();
            run.streamed().ifPresent(rows -> console.out().println("rows read: " + DataSummary.of(rows, groupSize())));
            if (!before.isEmpty() && !after.isEmpty()) {
                for (int i = 0; i < Math.min(SAMPLES_SHOWN, run.questions().size()); i++) {
                    PromptAndAnswer question = run.questions().get(i);
                    console.out().println("question  " + oneLine(run.promptText(question)));
                    console.out().println("  before  " + oneLine(before.get(i)));
                    console.out().println("  after   " + oneLine(after.get(i)));
                    console.out().println("  data    " + oneLine(question.answer()));
                }
                console.out()
                        .printf(
                                Locale.ROOT,
                                "exact match on %d held-out rows: %.1f%% before, %.1f%% after%n",
                                run.questions().size(),
                                100 * run.exactMatch(before),
                                100 * run.exactMatch(after));
            }
            evaluationLoss.ifPresent(loss -> console.out().printf(Locale.ROOT, "evaluation loss: %.4f%n", loss));
            String config = loaded.file().toString();
            boolean adapter = plan.method().lora().isPresent();
            console.out().println((adapter ? "adapter:    " : "model:      ") + run.outputDirectory());
            console.out().println("report:     " + run.outputDirectory().resolve(HtmlReport.FILE_NAME));
            console.out().println("try it:     java -jar runner.jar inference " + config);
            if (adapter) {
                console.out().println("merge it:   java -jar runner.jar merge-lora " + config);
                console.out()
                        .println("in Python:  peft.PeftModel.from_pretrained(base_model, \"" + run.outputDirectory()
                                + "\")");
            }
        }

        private ReportContent report() {
            List<Sample> samples = new ArrayList<>();
            for (int i = 0; i < Math.min(SAMPLES_REPORTED, run.questions().size()); i++) {
                PromptAndAnswer question = run.questions().get(i);
                samples.add(new Sample(
                        run.promptText(question), Optional.of(question.answer()), at(before, i), at(after, i)));
            }
            Map<String, Score> scores = new LinkedHashMap<>();
            if (!before.isEmpty()) {
                scores.put(
                        "exact match (share of " + run.questions().size() + " held-out rows)",
                        new Score(Optional.of(run.exactMatch(before)), score(after)));
            }
            return new ReportContent(
                    loaded.file().getFileName().toString(), loaded.text(), PlanTable.of(plan), samples, scores);
        }

        private Optional<Double> score(List<String> answers) {
            return answers.isEmpty() ? Optional.empty() : Optional.of(run.exactMatch(answers));
        }

        private static Optional<String> at(List<String> texts, int index) {
            return texts.isEmpty() ? Optional.empty() : Optional.of(texts.get(index));
        }

        private static String oneLine(String text) {
            return Text.printable(text.replace("\n", "\\n"));
        }
    }
}
