package dev.newt.cli;

import dev.newt.api.DoesNotFitException;
import dev.newt.api.Newt;
import dev.newt.api.TrainingOptions;
import dev.newt.api.TrainingOutcome;
import dev.newt.api.TrainingSession;
import dev.newt.config.LoadedConfig;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Fit;
import dev.newt.plan.PlanTable;
import dev.newt.report.ConsoleProgress;
import dev.newt.report.HtmlReport;
import dev.newt.train.InterruptSignals;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainingFailedException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;

/** Trains what a configuration says. */
final class TrainCommand implements Command {
    private static final String ANYWAY = "anyway";
    private static final int SAMPLES_SHOWN = 3;

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
        Newt newt = Newt.of(loaded);
        DownloadProgress downloads = new DownloadProgress(console);
        newt.fetch(downloads);
        ExecutionPlan plan = newt.plan();
        Fit fit = newt.fit(plan);
        console.out().print(PlanTable.of(plan, fit));
        plan.warnings().forEach(warning -> console.err().println("warning: " + warning));
        StopRequest stop = new StopRequest();
        TrainingOptions options = TrainingOptions.quiet()
                .stop(stop)
                .downloads(downloads)
                .preparation(new PreparationProgress(console))
                .answers(new AnswerProgress(console))
                .evenIfTooLarge(arguments.has(ANYWAY));
        try (InterruptSignals signals = new InterruptSignals(stop, console.err());
                ConsoleProgress progress = new ConsoleProgress(console.out(), ConsoleProgress.isTerminal());
                TrainingSession session = newt.prepare(plan, fit, options.listener(progress))) {
            int groupSize = plan.settings().data().groupSize();
            String data = session.prepared()
                    .map(DataSummary::of)
                    .or(() -> session.streamed().map(rows -> DataSummary.ofFirstWindow(rows, groupSize)))
                    .orElseThrow();
            console.out().println(data + ", " + session.totalSteps() + " steps");
            session.dataWarnings().forEach(console.err()::println);
            TrainingOutcome outcome = session.train();
            if (outcome.isInterrupted()) {
                return ExitCode.INTERRUPTED;
            }
            console.out().println();
            session.streamed()
                    .ifPresent(rows -> console.out().println("rows read: " + DataSummary.of(rows, groupSize)));
            conclude(loaded.file(), plan, outcome, console.out());
            return ExitCode.DONE;
        } catch (DoesNotFitException e) {
            console.err()
                    .println("error: this run does not fit into the memory of this machine. Change the configuration as"
                            + " the plan above says, or start it all the same with --" + ANYWAY);
            return ExitCode.BAD_INPUT;
        } catch (TrainingFailedException e) {
            console.err().println("error: " + e.getMessage());
            return ExitCode.FAILED;
        }
    }

    private static void conclude(Path config, ExecutionPlan plan, TrainingOutcome outcome, PrintStream out) {
        for (TrainingOutcome.Answer answer :
                outcome.answers().stream().limit(SAMPLES_SHOWN).toList()) {
            answer.after().ifPresent(after -> {
                out.println("question  " + oneLine(answer.prompt()));
                out.println("  before  " + oneLine(answer.before().orElse("")));
                out.println("  after   " + oneLine(after));
                out.println("  data    " + oneLine(answer.expected()));
            });
        }
        outcome.exactMatchAfter()
                .ifPresent(after -> out.printf(
                        Locale.ROOT,
                        "exact match on %d held-out rows: %.1f%% before, %.1f%% after%n",
                        outcome.answers().size(),
                        100 * outcome.exactMatchBefore().orElse(0.0),
                        100 * after));
        outcome.result().evaluationLoss().ifPresent(loss -> out.printf(Locale.ROOT, "evaluation loss: %.4f%n", loss));
        Path folder = outcome.outputDirectory();
        boolean adapter = plan.method().lora().isPresent();
        out.println((adapter ? "adapter:    " : "model:      ") + folder);
        out.println("report:     " + folder.resolve(HtmlReport.FILE_NAME));
        out.println("try it:     java -jar runner.jar inference " + config);
        if (adapter) {
            out.println("merge it:   java -jar runner.jar merge-lora " + config);
            out.println("in Python:  peft.PeftModel.from_pretrained(base_model, \"" + folder + "\")");
        }
    }

    private static String oneLine(String text) {
        return Text.printable(text.replace("\n", "\\n"));
    }
}
