package dev.newt.api;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.config.yaml.Problem;
import dev.newt.data.Progress;
import dev.newt.hub.DownloadListener;
import dev.newt.io.UserException;
import dev.newt.plan.Device;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Fit;
import dev.newt.plan.ModelNotFetchedException;
import dev.newt.plan.Planner;
import dev.newt.plan.RunSettings;
import dev.newt.plan.RunSettingsBuilder;
import dev.newt.run.Evaluation;
import dev.newt.run.EvaluationRun;
import dev.newt.run.InferenceRun;
import dev.newt.run.Inputs;
import dev.newt.run.MergeRun;
import dev.newt.run.SamplingSettings;
import dev.newt.run.TrainingRun;
import dev.newt.train.TrainingListener;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One fine-tuning: the same settings validated, planned, trained, evaluated, asked and merged.
 *
 * <pre>{@code
 * Newt newt = Newt.read(Path.of("run.yaml"));
 * System.out.println(newt.plan().memory().total());
 * newt.train(event -> System.out.println(event));
 * System.out.println(newt.generate("What is a newt?"));
 * Path model = newt.merge();
 * }</pre>
 *
 * <p>Immutable. Each call reads the files anew and frees all that it loaded before it returns. Two trainings into one output folder exclude each
 * other; those into different folders may run beside each other.
 */
public final class Newt {
    private static final int USUAL_NEW_TOKENS = 256;

    /** Stands for a text in messages. */
    private static final String TEXT_NAME = "text.yaml";

    private final Source source;

    private Newt(Source source) {
        this.source = source;
    }

    /**
     * Settings from a YAML file.
     *
     * @param overrides such as {@code max_steps=10}, which replace what the file says
     * @throws UserException with every error in the file, one a line
     */
    public static Newt read(Path file, String... overrides) {
        return of(ConfigFile.load(file, List.of(overrides), Planner::modelProblems));
    }

    /**
     * Settings from YAML text.
     *
     * @param folder where relative paths of files to read are looked for first, before the working directory
     * @param overrides such as {@code max_steps=10}, which replace what the text says
     * @throws UserException with every error in the text, one a line
     */
    public static Newt parse(String yaml, Path folder, String... overrides) {
        return of(ConfigFile.parse(folder.resolve(TEXT_NAME), yaml, List.of(overrides), Planner::modelProblems));
    }

    /**
     * Settings that a program makes.
     *
     * @throws UserException with all that is missing or wrong, one a line
     */
    public static Newt of(RunSettingsBuilder settings) {
        return of(settings.load());
    }

    /** Settings that were made before. */
    public static Newt of(RunSettings settings) {
        return new Newt(new Source.Typed(settings));
    }

    /** Settings from a configuration that was loaded before. */
    public static Newt of(LoadedConfig loaded) {
        return new Newt(new Source.Configuration(loaded));
    }

    /**
     * Says whether a YAML file, its model and its data can be used; throws nothing where they cannot.
     *
     * @param overrides such as {@code max_steps=10}
     */
    public static Validation validate(Path file, String... overrides) {
        Newt newt;
        try {
            newt = read(file, overrides);
        } catch (UserException e) {
            return new Validation(List.of(), List.of(), Optional.of(e));
        }
        return newt.validate();
    }

    /** Says whether the model and the data can be used; throws nothing where they cannot. Loads no weights and fetches nothing. */
    public Validation validate() {
        try {
            return new Validation(warnings(), source.check(), Optional.empty());
        } catch (ModelNotFetchedException e) {
            return new Validation(warnings(), e.warnings(), Optional.empty());
        } catch (UserException e) {
            return new Validation(warnings(), List.of(), Optional.of(e));
        }
    }

    /**
     * The settings, typed.
     *
     * @throws UserException where entries of data sets or templates cannot be used
     */
    public RunSettings settings() {
        return source.settings();
    }

    /** Warnings of the configuration; none of settings that a program made. */
    public List<Problem> warnings() {
        return source.warnings();
    }

    /**
     * What would run on this machine. Loads no weights and fetches nothing.
     *
     * @throws UserException where the model or the data do not fit the settings, one line for each problem
     * @throws ModelNotFetchedException where nothing is known of a model on the hub yet; see {@link #fetch}
     */
    public ExecutionPlan plan() {
        return plan(Device.here());
    }

    /**
     * What would run on a device, which need not be there.
     *
     * @throws UserException as {@link #plan()}
     */
    public ExecutionPlan plan(Device device) {
        return source.plan(device);
    }

    /** Whether a plan of these settings fits into its device's memory, and which changes would make it fit. */
    public Fit fit(ExecutionPlan plan) {
        return source.fit(plan);
    }

    /**
     * Fetches the data, and of the model what says what it is: enough to plan. Does nothing for what is here.
     *
     * @throws UserException one line for each thing that cannot be had
     */
    public void fetch(DownloadListener downloads) {
        Inputs.fetch(settings(), downloads);
    }

    /**
     * Trains to the end. See {@link #train(TrainingOptions)}.
     *
     * @param listeners hear every event on this thread
     */
    public TrainingOutcome train(TrainingListener... listeners) {
        TrainingOptions options = TrainingOptions.quiet();
        for (TrainingListener listener : listeners) {
            options = options.listener(listener);
        }
        return train(options);
    }

    /**
     * Trains: fetches what is not here, plans, prepares the rows, loads the model, takes all steps and writes the result, the metrics and the
     * report to the output folder.
     *
     * @throws UserException where something cannot be used, or would be replaced
     * @throws DoesNotFitException where the run surely does not fit into memory
     * @throws dev.newt.train.TrainingFailedException where the loss breaks down; what was saved stays
     */
    public TrainingOutcome train(TrainingOptions options) {
        fetch(options.downloads());
        ExecutionPlan plan = plan();
        try (TrainingSession session = prepare(plan, fit(plan), options)) {
            return session.train();
        }
    }

    /**
     * The first half of {@link #train(TrainingOptions)}, for those who look at the plan before and at the rows between: takes the output folder,
     * fetches the weights and prepares the rows. {@link #fetch} comes before the plan.
     *
     * @param plan by {@link #plan()}
     * @param fit of this plan, by {@link #fit}
     * @throws UserException where something cannot be used, or would be replaced
     * @throws DoesNotFitException where the run surely does not fit into memory
     */
    public TrainingSession prepare(ExecutionPlan plan, Fit fit, TrainingOptions options) {
        if (fit.verdict() == Fit.Verdict.DOES_NOT_FIT && !options.evenIfTooLarge()) {
            throw new DoesNotFitException(fit);
        }
        TrainingRun.requireNothingLost(plan);
        Inputs.fetchModel(plan.settings(), options.downloads());
        return new TrainingSession(plan, TrainingRun.prepare(plan, options.preparation()), options);
    }

    /**
     * Evaluates what was trained on the held-out rows.
     *
     * @throws UserException where there are none, or nothing was trained yet
     */
    public Evaluation evaluate() {
        return evaluate(ModelChoice.TUNED);
    }

    /**
     * Evaluates a model on the held-out rows.
     *
     * @throws UserException where there are none, or no such model
     */
    public Evaluation evaluate(ModelChoice model) {
        fetch(DownloadListener.silent());
        Inputs.fetchModel(settings(), DownloadListener.silent());
        return EvaluationRun.evaluate(source.planOfTrained(), model.folder(), model.base(), Progress.NONE);
    }

    /**
     * The trained model's likeliest answer to one prompt, of at most 256 tokens. Loads the model for it: {@link #open} is for several prompts.
     *
     * @throws UserException where nothing was trained yet, or the prompt is too long
     */
    public String generate(String prompt) {
        try (InferenceRun model = open(ModelChoice.TUNED)) {
            return model.answer(prompt, SamplingSettings.greedy(USUAL_NEW_TOKENS));
        }
    }

    /**
     * Loads a model that answers until it is closed.
     *
     * @throws UserException where there is no such model
     */
    public InferenceRun open(ModelChoice model) {
        return open(model, DownloadListener.silent());
    }

    /**
     * As {@link #open(ModelChoice)}.
     *
     * @param downloads hears what is fetched
     */
    public InferenceRun open(ModelChoice model, DownloadListener downloads) {
        Inputs.fetchModel(settings(), downloads);
        return InferenceRun.open(source.planOfTrained(), model.folder(), model.base());
    }

    /**
     * Makes the base model and the trained adapter one model, in a folder {@code merged} of the output folder.
     *
     * @return the folder
     * @throws UserException where the settings train no adapter, or none was trained yet
     */
    public Path merge() {
        return merge(Optional.empty(), DownloadListener.silent());
    }

    /**
     * As {@link #merge()}.
     *
     * @param adapter folder of another adapter than the one in the output folder
     * @param downloads hears what is fetched
     */
    public Path merge(Optional<Path> adapter, DownloadListener downloads) {
        RunSettings settings = settings();
        Inputs.fetchModel(settings, downloads);
        return MergeRun.merge(settings, adapter);
    }
}
