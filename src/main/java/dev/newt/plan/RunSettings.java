package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.data.DataSettings;
import dev.newt.data.Mixing;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.data.pack.BatchSettings;
import dev.newt.hub.ModelLocation;
import dev.newt.hub.Repo;
import dev.newt.io.NotInHash;
import dev.newt.io.UserException;
import dev.newt.objective.Objective;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.optim.OptimizerSettings;
import dev.newt.token.SpecialTokens;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.TrainSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a run is told. What is not marked {@link NotInHash} is part of the plan's hash.
 *
 * @param baseNf4 whether the frozen projections are kept in NF4
 * @param adapter empty where all weights are trained
 * @param objective of training on preferences; empty for supervised training
 * @param dataKey the key of the configuration that the training rows stand under, for messages
 * @param chatTemplate of conversations with the model
 * @param streaming empty where all rows are prepared before the run
 * @param maxGradNorm gradients are scaled down to this norm; empty: never
 * @param seed of dropout and of weights that are drawn
 * @param earlyStoppingPatience evaluations in a row without a lower loss, after which the run ends
 * @param refusesDoubtfulData whether rows that would not train what is meant stop the run
 */
public record RunSettings(
        ModelSource model,
        boolean baseNf4,
        Optional<Adapter> adapter,
        Optional<Objective> objective,
        DataSettings data,
        @NotInHash("a name for messages") String dataKey,
        @NotInHash("each data set names its own") TemplateChoice chatTemplate,
        Optional<Streaming> streaming,
        BatchSettings batches,
        @NotInHash("evaluations change no weight") BatchSettings evaluationBatches,
        Length length,
        LearningRate learningRate,
        OptimizerSettings optimizer,
        Optional<Double> maxGradNorm,
        long seed,
        @NotInHash("it ends a run and changes no step") Optional<TrainSettings.Watchdog> watchdog,
        @NotInHash("it ends a run and changes no step") Optional<Integer> earlyStoppingPatience,
        @NotInHash("what is written and when changes no weight") Output output,
        @NotInHash("it ends a run before its first step") boolean refusesDoubtfulData,
        @NotInHash("the number format that it comes to is in the hash by itself") Computation computation,
        @NotInHash("what is told to others changes no weight") Tracking tracking,
        @NotInHash("where the settings come from") Origin origin) {
    /** Makes settings without a file: what is not set is as a configuration leaves it. */
    public static RunSettingsBuilder builder() {
        return new RunSettingsBuilder();
    }

    /**
     * The base model and its tokenizer.
     *
     * @param name as it was written: a folder or a repository of the hub
     * @param revision of the repository
     * @param here where the name is as a path
     * @param tokenizer its name, where it is not the model's own
     * @param tokenizerHere where that is as a path
     * @param drawnAtRandom weights are drawn and not read
     */
    public record ModelSource(
            String name,
            Optional<String> revision,
            @NotInHash("the model is named as it was written") Path here,
            Optional<String> tokenizer,
            @NotInHash("the tokenizer is named as it was written") Optional<Path> tokenizerHere,
            SpecialTokens specialTokens,
            boolean drawnAtRandom) {
        /** The folder of the base model: here, or in the hub's cache. */
        public Path folder() {
            return ModelLocation.of(name, here, revision);
        }

        public Path tokenizerFolder() {
            return tokenizer.isPresent()
                    ? ModelLocation.of(tokenizer.get(), tokenizerHere.orElseThrow(), Optional.empty())
                    : folder();
        }

        /** The model's repository, where it is not a folder here. */
        public Optional<Repo> repo() {
            return ModelLocation.repo(name, here);
        }

        public Optional<Repo> tokenizerRepo() {
            return tokenizer.flatMap(written -> ModelLocation.repo(written, tokenizerHere.orElseThrow()));
        }

        /** What an adapter calls the model that it belongs to: its name on the hub, or its folder. */
        public String nameForAdapters() {
            return repo().isPresent() ? name : folder().toAbsolutePath().toString();
        }
    }

    /**
     * The adapter that is trained.
     *
     * @param start name of the adapter to go on from, as it was written
     * @param startFolder where that lies
     */
    public record Adapter(
            LoraSettings lora,
            Optional<String> start,
            @NotInHash("the adapter is named as it was written") Optional<Path> startFolder) {}

    /**
     * Rows that are read while the run goes on.
     *
     * @param windowRows rows that are mixed and packed together
     * @param shuffle whether a window's rows are mixed
     */
    public record Streaming(int windowRows, boolean shuffle) {}

    /** How long the run is: {@code maxSteps} takes precedence over {@code epochs}. */
    public record Length(double epochs, Optional<Integer> maxSteps) {}

    /**
     * The learning rate over the run.
     *
     * @param cosineMinimumRatio where a cosine ends, as a share of the peak
     * @param cosineEnd share of all steps after which it has ended; 1 for the whole run
     */
    public record LearningRate(
            LearningRateSchedule.Kind kind, double peak, Warmup warmup, double cosineMinimumRatio, double cosineEnd) {}

    /**
     * What a run writes, and when.
     *
     * @param loggingSteps empty: a two hundredth of the run, 10 at most
     * @param saveTotalLimit checkpoints that are kept; empty: all
     * @param evalTableSize held-out questions that are answered
     * @param evalMaxNewTokens of each answer
     * @param overwrite whether files of other runs may be replaced
     */
    public record Output(
            Path folder,
            Optional<Integer> loggingSteps,
            Cadence evaluation,
            Cadence saving,
            Optional<Integer> saveTotalLimit,
            Resume resume,
            int evalTableSize,
            int evalMaxNewTokens,
            boolean overwrite) {}

    /**
     * How numbers are computed.
     *
     * @param bf16 whether activations and frozen weights are bfloat16; empty: where the device multiplies bfloat16 in hardware
     * @param gradientCheckpointing whether blocks are computed again in the backward pass, which saves memory and changes no number
     */
    public record Computation(Optional<Boolean> bf16, boolean gradientCheckpointing) {}

    /**
     * Where metrics go besides the run's folder.
     *
     * @param tensorboard whether TensorBoard's event files are written
     * @param mlflow empty where nothing is sent to an MLflow server
     */
    public record Tracking(boolean tensorboard, Optional<Mlflow> mlflow) {}

    /**
     * The MLflow server, and how a run is named there.
     *
     * @param server its address, http or https; empty: that of the environment variable MLFLOW_TRACKING_URI
     * @param experiment empty: that of the environment, or MLflow's default
     * @param runName empty: the server makes one up
     * @param artifacts whether checkpoints are sent too
     */
    public record Mlflow(
            Optional<String> server, Optional<String> experiment, Optional<String> runName, boolean artifacts) {}

    /**
     * Where the settings were written.
     *
     * @param file as the user named it
     * @param text the whole configuration
     * @param resolved the same with all that it extends, secrets masked
     * @param values by key path, secrets masked
     * @param places gives a message its place
     */
    public record Origin(Path file, String text, String resolved, Map<String, String> values, Places places) {}

    /** Knows where each key was written. */
    @FunctionalInterface
    public interface Places {
        /** Bad input at a key path such as {@code datasets[0].path}, told with file, line and column. */
        UserException error(String keyPath, String message);
    }

    /** Bad input at a key path, told with its place. */
    public UserException error(String keyPath, String message) {
        return origin.places().error(keyPath, message);
    }

    /** What a streamed run is evaluated on, which is prepared; empty for nothing. */
    public Optional<DataSettings> testDataAlone() {
        return Optional.of(data.testDatasets()).filter(sets -> !sets.isEmpty()).map(sets -> withSets(sets, List.of())
                .mixed(Mixing.none(), false));
    }

    /** The first rows of every data set, as many as a window has, to be looked at. */
    public DataSettings firstWindow() {
        long rows = streaming.orElseThrow().windowRows();
        return withSets(
                data.datasets().stream()
                        .map(set -> set.withSplit(set.split().first(rows)))
                        .toList(),
                data.testDatasets());
    }

    /** Batches of streamed rows, which are mixed within their window. */
    public BatchSettings streamedBatches() {
        return new BatchSettings(
                batches.microBatchSize(),
                batches.gradientAccumulationSteps(),
                batches.sequenceLen(),
                batches.samplePacking(),
                batches.samplePackingBinSize(),
                batches.samplePackingSequentially(),
                streaming.orElseThrow().shuffle(),
                batches.seed());
    }

    private DataSettings withSets(List<DatasetSettings> train, List<DatasetSettings> test) {
        return new DataSettings(
                train,
                test,
                0,
                data.trainOnInputs(),
                data.sequenceLen(),
                data.minSampleLen(),
                data.excessLengthStrategy(),
                data.samplePacking(),
                data.seed(),
                data.threads(),
                data.datasetPreparedPath(),
                data.paths(),
                data.datasetExactDeduplication(),
                data.mixing(),
                data.preference());
    }

    /** Whether the objective compares with the model before training. */
    public boolean comparesWithReference() {
        return objective.filter(Objective::needsReference).isPresent();
    }

    /** Whether a copy of the base model answers as the reference; where low-rank matrices are all that is trained, they are switched off. */
    public boolean keepsReferenceCopy() {
        return comparesWithReference()
                && adapter.filter(trained -> trained.lora().modulesToSave().isEmpty())
                        .isEmpty();
    }
}
