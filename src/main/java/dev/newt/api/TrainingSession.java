package dev.newt.api;

import dev.newt.api.AnswerListener.Moment;
import dev.newt.data.DatasetStatistics;
import dev.newt.data.PreparedData;
import dev.newt.data.Samples.PromptAndAnswer;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.PlanTable;
import dev.newt.report.HtmlReport;
import dev.newt.report.MetricsFile;
import dev.newt.report.ReportContent;
import dev.newt.report.tracking.Tracking;
import dev.newt.run.TrainingRun;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import dev.newt.train.TrainingResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A training whose rows are prepared and whose output folder is taken, ready to begin. To be closed; to be used by one thread. */
public final class TrainingSession implements AutoCloseable {
    private static final int SAMPLES_REPORTED = 20;

    private final ExecutionPlan plan;
    private final TrainingRun run;
    private final TrainingOptions options;
    private List<String> before = List.of();
    private List<String> after = List.of();

    TrainingSession(ExecutionPlan plan, TrainingRun run, TrainingOptions options) {
        this.plan = plan;
        this.run = run;
        this.options = options;
    }

    /** The rows, where all were prepared; empty with streaming. */
    public Optional<PreparedData> prepared() {
        return run.prepared();
    }

    /** With streaming, what became of the rows that were read so far. */
    public Optional<DatasetStatistics> streamed() {
        return run.streamed();
    }

    /** Optimizer steps of the whole run. */
    public long totalSteps() {
        return run.totalSteps();
    }

    /** What may be wrong with the rows; the run goes on with it. */
    public List<String> dataWarnings() {
        return run.dataWarnings();
    }

    /**
     * Loads the model, answers the held-out questions, trains, and answers them again; writes metrics.jsonl, report.html and what the settings
     * ask for besides. To be called once.
     *
     * @throws dev.newt.train.TrainingFailedException where the loss breaks down; what was saved stays
     * @throws dev.newt.io.UserException where the disk cannot hold what the run writes, or a checkpoint cannot be resumed
     */
    public TrainingOutcome train() {
        run.load();
        before = answer(Moment.BEFORE_TRAINING);
        TrainingResult result;
        try (MetricsFile metrics = new MetricsFile(run.outputDirectory());
                Tracking tracking = new Tracking(plan.settings(), System.getenv(), this::warn)) {
            HtmlReport report = new HtmlReport(run.outputDirectory(), this::report);
            List<TrainingListener> listeners = new ArrayList<>(options.listeners());
            listeners.addAll(List.of(metrics, report, tracking));
            result = run.train(options.stop(), listeners);
            if (result.status() == TrainingResult.Status.FINISHED) {
                after = answer(Moment.AFTER_TRAINING);
                report.write();
            }
        }
        return new TrainingOutcome(result, run.outputDirectory(), answers(), exactMatch(before), exactMatch(after));
    }

    private void warn(String message) {
        options.listeners().forEach(listener -> listener.on(new TrainingEvent.Warning(message)));
    }

    private List<String> answer(Moment moment) {
        if (run.questions().isEmpty() || options.stop().isRequested()) {
            return List.of();
        }
        options.answers().begins(moment);
        return run.answer((done, of) -> options.answers().answered(moment, done, of));
    }

    private Optional<Double> exactMatch(List<String> answers) {
        return answers.isEmpty() ? Optional.empty() : Optional.of(run.exactMatch(answers));
    }

    private List<TrainingOutcome.Answer> answers() {
        List<TrainingOutcome.Answer> answers = new ArrayList<>();
        for (int i = 0; i < run.questions().size(); i++) {
            PromptAndAnswer question = run.questions().get(i);
            answers.add(new TrainingOutcome.Answer(
                    run.promptText(question), question.answer(), at(before, i), at(after, i)));
        }
        return answers;
    }

    private static Optional<String> at(List<String> texts, int index) {
        return texts.isEmpty() ? Optional.empty() : Optional.of(texts.get(index));
    }

    private ReportContent report() {
        List<ReportContent.Sample> samples = answers().stream()
                .limit(SAMPLES_REPORTED)
                .map(answer -> new ReportContent.Sample(
                        answer.prompt(), Optional.of(answer.expected()), answer.before(), answer.after()))
                .toList();
        Map<String, ReportContent.Score> scores = new LinkedHashMap<>();
        if (!before.isEmpty()) {
            scores.put(
                    "exact match (share of " + run.questions().size() + " held-out rows)",
                    new ReportContent.Score(exactMatch(before), exactMatch(after)));
        }
        return new ReportContent(
                plan.settings().origin().file().getFileName().toString(),
                plan.settings().origin().text(),
                PlanTable.of(plan),
                samples,
                scores);
    }

    @Override
    public void close() {
        run.close();
    }
}
