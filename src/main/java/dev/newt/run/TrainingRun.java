package dev.newt.run;

import dev.newt.data.DataChecks;
import dev.newt.data.DatasetStatistics;
import dev.newt.data.MicroBatch;
import dev.newt.data.PreparedData;
import dev.newt.data.Progress;
import dev.newt.data.Samples.PromptAndAnswer;
import dev.newt.engine.Engines;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.tensor.Engine;
import dev.newt.token.Tokenizer;
import dev.newt.train.StepModel;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainSettings;
import dev.newt.train.Trainer;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import dev.newt.train.TrainingResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** A plan carried out: data prepared, model loaded, questions answered, model trained, results written. */
public final class TrainingRun implements AutoCloseable {
    private final ExecutionPlan plan;
    private final OutputLock lock;
    private final Tokenizer tokenizer;
    private final RunData data;
    private final TrainSettings settings;
    private final Answers questions;
    private Optional<Engine> engine = Optional.empty();
    private Optional<TunedModel> model = Optional.empty();
    private Optional<TunedModel> reference = Optional.empty();

    private TrainingRun(ExecutionPlan plan, OutputLock lock, Tokenizer tokenizer, Progress progress) {
        this.plan = plan;
        this.lock = lock;
        this.tokenizer = tokenizer;
        this.data = plan.settings().streaming().isPresent()
                ? StreamedRunData.open(plan.settings(), tokenizer, progress)
                : PreparedRunData.prepare(plan, tokenizer, progress);
        try {
            requirePositions(plan, data.longest());
            requireChecked(plan, data.checks());
            this.settings =
                    TrainWiring.settings(plan, data.key(), data.batches().stepsPerEpoch());
            this.questions = data.validation()
                    .map(set -> Answers.of(
                            set,
                            plan.settings().output().evalTableSize(),
                            plan.batch().sequenceLen(),
                            tokenizer))
                    .orElseGet(() -> new Answers(List.of()));
        } catch (RuntimeException e) {
            data.close();
            throw e;
        }
    }

    /**
     * Refuses to train where something that this run did not make would be replaced. Asked again by {@link #train}; who asks before the model is
     * fetched and the data are prepared loses no time.
     *
     * @throws UserException with the place of {@code output_dir} in the file
     */
    public static void requireNothingLost(ExecutionPlan plan) {
        new OutputGuard(plan).require();
    }

    /** Takes the output directory for this run alone, and prepares the data. Nothing is loaded yet. */
    public static TrainingRun prepare(ExecutionPlan plan, Progress progress) {
        Tokenizer tokenizer = InferenceRun.tokenizer(plan.settings());
        Optional<OutputLock> lock = Optional.empty();
        try {
            lock = Optional.of(lock(plan.settings()));
            return new TrainingRun(plan, lock.get(), tokenizer, progress);
        } catch (RuntimeException e) {
            lock.ifPresent(OutputLock::close);
            tokenizer.close();
            throw e;
        }
    }

    static OutputLock lock(RunSettings settings) {
        try {
            return OutputLock.acquire(settings.output().folder());
        } catch (UserException e) {
            throw settings.error("output_dir", "output_dir: " + e.getMessage());
        }
    }

    /** The rows, where all were prepared before the run; empty with streaming. */
    public Optional<PreparedData> prepared() {
        return data instanceof PreparedRunData prepared ? Optional.of(prepared.data()) : Optional.empty();
    }

    /** With streaming, what became of the rows that were read so far. */
    public Optional<DatasetStatistics> streamed() {
        return data instanceof StreamedRunData streamed ? streamed.statistics() : Optional.empty();
    }

    public long totalSteps() {
        return settings.totalSteps(data.batches().stepsPerEpoch());
    }

    public Path outputDirectory() {
        return settings.outputDirectory();
    }

    /** A row's positions must lie within those that the model was made for. */
    static void requirePositions(ExecutionPlan plan, int longest) {
        int positions = plan.model().maxPositions();
        if (longest > positions) {
            throw plan.settings()
                    .error(
                            "sequence_len",
                            "sequence_len: the longest row has " + longest
                                    + " tokens, but the model's rotary positions end at "
                                    + positions + " (max_position_embeddings of its config.json); set sequence_len: "
                                    + positions
                                    + " and choose by excess_length_strategy whether longer rows are dropped or truncated");
        }
    }

    /** Refuses data that would not train what is meant, unless {@code data_checks} lets them pass. */
    private static void requireChecked(ExecutionPlan plan, DataChecks checks) {
        if (plan.settings().refusesDoubtfulData() && !checks.problems().isEmpty()) {
            throw checks.refusal();
        }
    }

    /** What may be wrong with the rows, as far as they were read; a run goes on with it. */
    public List<String> dataWarnings() {
        return data.checks().warnings();
    }

    /** Starts the engine and loads the model. */
    public void load() {
        engine = Optional.of(Engines.open(Engines.Device.CPU));
        model = Optional.of(TunedModel.forTraining(plan, engine.get()));
        if (plan.settings().keepsReferenceCopy()) {
            reference = Optional.of(TunedModel.base(plan, engine.get()));
        }
    }

    /** The held-out questions that {@code eval_table_size} asks for, with the answers that the data give. */
    public List<PromptAndAnswer> questions() {
        return questions.questions();
    }

    /** The text of a question as the model sees it, special tokens included. */
    public String promptText(PromptAndAnswer question) {
        return tokenizer.decode(question.promptIds(), false);
    }

    /** The model's answers to the questions, as it is now. */
    public List<String> answer(BiConsumer<Integer, Integer> progress) {
        return questions.answer(
                engine.orElseThrow(),
                model.orElseThrow().decoder(),
                tokenizer,
                ends(model.orElseThrow(), tokenizer),
                plan.batch().sequenceLen(),
                plan.settings().output().evalMaxNewTokens(),
                progress);
    }

    /** The share of answers that equal those of the data. */
    public double exactMatch(List<String> answers) {
        return questions.exactMatch(answers);
    }

    static Set<Integer> ends(TunedModel model, Tokenizer tokenizer) {
        Set<Integer> ends = new LinkedHashSet<>(model.config().eosTokens());
        tokenizer.eosId().ifPresent(ends::add);
        return ends;
    }

    /** Trains to the end, or until asked to stop; writes newt.yaml and plan.json when the first step is about to be taken. */
    public TrainingResult train(StopRequest stop, List<TrainingListener> listeners) {
        OutputGuard guard = new OutputGuard(plan);
        guard.require();
        List<TrainingListener> all = new ArrayList<>();
        all.add(event -> {
            if (event instanceof TrainingEvent.Started) {
                guard.sign();
            }
        });
        all.addAll(listeners);
        List<MicroBatch> evaluation = data.validation()
                .filter(set -> set.size() > 0)
                .map(set -> new PreparedBatches(set, plan.settings().evaluationBatches()).onePass())
                .orElseGet(ArrayList::new);
        return trainer(tuned(), settings, evaluation, stop, all).run();
    }

    /** Takes the steps of {@link #train} and no more: nothing is evaluated, saved or resumed. */
    public void tryOut(List<TrainingListener> listeners) {
        trainer(SftModel.Outputs.NONE, settings.stepsAlone(), List.of(), new StopRequest(), listeners)
                .run();
    }

    private Trainer trainer(
            SftModel.Outputs outputs,
            TrainSettings chosen,
            List<MicroBatch> evaluation,
            StopRequest stop,
            List<TrainingListener> listeners) {
        return new Trainer(
                engine.orElseThrow(), stepModel(outputs), data.batches(), evaluation, chosen, stop, listeners);
    }

    private StepModel stepModel(SftModel.Outputs outputs) {
        boolean checkpointing = plan.compute().checkpointing();
        Engine open = engine.orElseThrow();
        return plan.settings()
                .objective()
                .<StepModel>map(objective -> new PolicyModel(
                        open,
                        tuned().decoder(),
                        reference.map(TunedModel::decoder),
                        objective,
                        tuned().trainable(),
                        checkpointing,
                        outputs))
                .orElseGet(() -> new SftModel(open, tuned().decoder(), tuned().trainable(), checkpointing, outputs));
    }

    private TunedModel tuned() {
        return model.orElseThrow(() -> new IllegalStateException("load() first"));
    }

    @Override
    public void close() {
        reference.ifPresent(TunedModel::close);
        model.ifPresent(TunedModel::close);
        engine.ifPresent(Engine::close);
        data.close();
        tokenizer.close();
        lock.close();
    }
}
