package dev.newt.plan;

import dev.newt.config.DataChecking;
import dev.newt.config.DataConfig;
import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.ModelConfig;
import dev.newt.config.NewtConfig;
import dev.newt.config.ScheduleConfig;
import dev.newt.config.SchedulerName;
import dev.newt.config.TrainingConfig;
import dev.newt.config.When;
import dev.newt.config.yaml.ProblemException;
import dev.newt.data.DataSettings;
import dev.newt.data.ExcessLengthStrategy;
import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.PreferenceFormat;
import dev.newt.data.dataset.PromptFormat;
import dev.newt.data.dataset.RowFormat;
import dev.newt.data.dataset.Shard;
import dev.newt.data.dataset.Synthetic;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.data.dataset.TrainOnEnd;
import dev.newt.io.UserException;
import dev.newt.objective.Objective;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.rows.Split;
import dev.newt.token.SpecialTokens;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.TrainSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/** Turns a configuration into settings. Reads dataset_info.json and templates; looks for no model and no rows. */
public final class SettingsReader {
    private static final String DEFAULT_PREPARED = "last_run_prepared";

    private final LoadedConfig loaded;
    private final NewtConfig config;
    private final Optional<Objective> objective;
    private final List<UserException> errors = new ArrayList<>();
    private final Map<String, DatasetSettings> train = new LinkedHashMap<>();
    private final Map<String, DatasetSettings> test = new LinkedHashMap<>();

    private SettingsReader(LoadedConfig loaded) {
        this.loaded = loaded;
        this.config = loaded.config();
        this.objective = PlannedObjective.of(config.preference());
    }

    /** @throws UserException with the places of all entries and templates that cannot be used */
    public static RunSettings read(LoadedConfig loaded) {
        Reading reading = attempt(loaded);
        return reading.settings().orElseThrow(() -> ProblemException.joined(reading.errors()));
    }

    /**
     * A configuration as far as it can be read.
     *
     * @param settings empty where there are errors
     * @param asked what is to be looked for, of that which could be read
     */
    record Reading(Optional<RunSettings> settings, PlannedParts.Asked asked, List<UserException> errors) {}

    /** Reads as much as can be read. */
    static Reading attempt(LoadedConfig loaded) {
        return new SettingsReader(loaded).reading();
    }

    private Reading reading() {
        Optional<RunSettings.Adapter> adapter = attempt(this::adapter).flatMap(found -> found);
        Optional<TemplateChoice> template = attempt(this::chatTemplate);
        dataSets(template.orElseGet(TemplateChoice::ofTokenizer));
        Path output = loaded.paths().output(config.schedule().outputDir());
        PlannedParts.Asked asked = new PlannedParts.Asked(
                model(loaded),
                adapter,
                config.model().loadIn4bit(),
                output,
                new DataSetFiles.DataSets(train, test, template, loaded.paths()::find),
                loaded::error);
        return errors.isEmpty()
                ? new Reading(Optional.of(settings(adapter, template.orElseThrow(), output)), asked, List.of())
                : new Reading(Optional.empty(), asked, List.copyOf(errors));
    }

    private <T> Optional<T> attempt(Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (UserException e) {
            errors.add(e);
            return Optional.empty();
        }
    }

    private Optional<RunSettings.Adapter> adapter() {
        return PlannedAdapter.settings(loaded)
                .map(lora ->
                        new RunSettings.Adapter(lora, config.adapter().loraModelDir(), PlannedAdapter.folder(loaded)));
    }

    private RunSettings settings(Optional<RunSettings.Adapter> adapter, TemplateChoice template, Path output) {
        TrainingConfig training = config.training();
        return new RunSettings(
                model(loaded),
                config.model().loadIn4bit(),
                adapter,
                objective,
                data(),
                config.trainingDatasetsKey(),
                template,
                config.streaming()
                        .inUse()
                        .map(streaming -> new RunSettings.Streaming(
                                streaming.windowRows(), config.data().shuffleMergedDatasets())),
                PlannedBatches.training(config),
                PlannedBatches.evaluation(config),
                new RunSettings.Length(training.numEpochs(), training.maxSteps()),
                new RunSettings.LearningRate(
                        kind(training),
                        training.learningRate(),
                        new Warmup(
                                training.warmupSteps(),
                                training.warmupRatio(),
                                training.lrScheduler() == SchedulerName.CONSTANT),
                        training.cosineMinLrRatio(),
                        training.cosineConstantLrRatio() > 0 ? training.cosineConstantLrRatio() : 1),
                PlannedOptimizer.of(training),
                Optional.of(training.maxGradNorm()).filter(norm -> norm > 0),
                training.seed(),
                training.lossWatchdogThreshold()
                        .map(threshold -> new TrainSettings.Watchdog(threshold, training.lossWatchdogPatience())),
                config.schedule().earlyStoppingPatience(),
                output(output),
                config.data().dataChecks() == DataChecking.ERROR,
                new RunSettings.Computation(bf16(), training.gradientCheckpointing()),
                PlannedTracking.of(config.tracking()),
                new RunSettings.Origin(
                        loaded.file(), loaded.text(), loaded.resolved(), loaded.values(), loaded::error));
    }

    private Optional<Boolean> bf16() {
        return switch (config.model().bf16()) {
            case AUTO -> Optional.empty();
            case ON, FULL -> Optional.of(true);
            case OFF -> Optional.of(false);
        };
    }

    /** The model that a configuration names, none of whose other keys need be right. */
    static RunSettings.ModelSource model(LoadedConfig loaded) {
        ModelConfig model = loaded.config().model();
        Optional<String> tokenizer = model.tokenizerConfig();
        return new RunSettings.ModelSource(
                model.baseModel(),
                model.revisionOfModel(),
                loaded.paths().find(model.baseModel()),
                tokenizer,
                tokenizer.map(loaded.paths()::find),
                model.specialTokens()
                        .map(s -> new SpecialTokens(s.bosToken(), s.eosToken(), s.padToken(), s.unkToken()))
                        .orElseGet(SpecialTokens::none),
                model.reinitWeights());
    }

    private static LearningRateSchedule.Kind kind(TrainingConfig training) {
        return switch (training.lrScheduler()) {
            case COSINE -> LearningRateSchedule.Kind.COSINE;
            case LINEAR -> LearningRateSchedule.Kind.LINEAR;
            case CONSTANT -> LearningRateSchedule.Kind.CONSTANT;
            case CONSTANT_WITH_WARMUP -> LearningRateSchedule.Kind.CONSTANT_WITH_WARMUP;
        };
    }

    private RunSettings.Output output(Path folder) {
        ScheduleConfig schedule = config.schedule();
        return new RunSettings.Output(
                folder,
                schedule.loggingSteps(),
                config.data().evaluates()
                        ? cadence(schedule.evalsPerEpoch(), schedule.evalSteps(), schedule.evalStrategy())
                        : new Cadence.Never(),
                cadence(schedule.savesPerEpoch(), schedule.saveSteps(), schedule.saveStrategy()),
                schedule.saveTotalLimit(),
                resume(schedule),
                schedule.evalTableSize(),
                schedule.evalMaxNewTokens(),
                schedule.overwriteOutputDir());
    }

    private static Cadence cadence(Optional<Integer> perEpoch, Optional<Double> steps, Optional<When> strategy) {
        if (perEpoch.isPresent()) {
            return switch (perEpoch.get()) {
                case 0 -> new Cadence.Never();
                case 1 -> new Cadence.EveryEpoch();
                default -> new Cadence.TimesPerEpoch(perEpoch.get());
            };
        }
        if (steps.isPresent()) {
            return steps.get() < 1
                    ? new Cadence.EveryShare(steps.get())
                    : new Cadence.EverySteps(steps.get().longValue());
        }
        return strategy.filter(when -> when == When.NEVER).isPresent() ? new Cadence.Never() : new Cadence.EveryEpoch();
    }

    private Resume resume(ScheduleConfig schedule) {
        if (schedule.autoResumeFromCheckpoints()) {
            return new Resume.Latest();
        }
        return schedule.resumeFromCheckpoint()
                .<Resume>map(written -> new Resume.From(checkpoint(written)))
                .orElseGet(Resume.Fresh::new);
    }

    /** A checkpoint is an output that is read: it is looked for where outputs go first. */
    private Path checkpoint(String written) {
        Path output = loaded.paths().output(written);
        return Files.exists(output) ? output : loaded.paths().find(written);
    }

    /** The chat template of the configuration; without one, the tokenizer's. */
    private TemplateChoice chatTemplate() {
        return ConfiguredTemplate.of(
                        loaded, "", config.data().chatTemplate(), config.data().chatTemplateJinja())
                .orElseGet(TemplateChoice::ofTokenizer);
    }

    private void dataSets(TemplateChoice template) {
        for (int i = 0; i < config.trainingDatasets().size(); i++) {
            DatasetConfig set = config.trainingDatasets().get(i);
            String path = config.trainingDatasetsKey() + "[" + i + "]";
            attemptEntry(path, () -> train.put(path, trainingDataset(path, set, template)));
        }
        for (int i = 0; i < config.data().testDatasets().size(); i++) {
            DatasetConfig set = config.data().testDatasets().get(i);
            String path = "test_datasets[" + i + "]";
            attemptEntry(path, () -> test.put(path, dataset(path, set, template)));
        }
    }

    private DataSettings data() {
        DataConfig data = config.data();
        DataSettings settings = new DataSettings(
                        List.copyOf(train.values()),
                        List.copyOf(test.values()),
                        data.valSetSize(),
                        data.trainOnInputs(),
                        data.sequenceLen(),
                        data.minSampleLen(),
                        switch (data.excessLengthStrategy()) {
                            case DROP -> ExcessLengthStrategy.DROP;
                            case TRUNCATE -> ExcessLengthStrategy.TRUNCATE;
                            case RAISE -> ExcessLengthStrategy.RAISE;
                        },
                        data.samplePacking(),
                        config.training().seed(),
                        Math.max(2, Runtime.getRuntime().availableProcessors()),
                        loaded.paths().output(data.datasetPreparedPath().orElse(DEFAULT_PREPARED)),
                        loaded.paths()::find)
                .mixed(PlannedBatches.mixing(data), data.datasetExactDeduplication());
        return objective.map(judged -> settings.judged(judged.rows())).orElse(settings);
    }

    private void attemptEntry(String path, Runnable part) {
        try {
            part.run();
        } catch (ProblemException e) {
            errors.add(e);
        } catch (UserException e) {
            errors.add(loaded.error(path + ".path", path + ".path: " + e.getMessage()));
        }
    }

    /** With the part that the top level takes of all data sets, where the entry does not say another. */
    private DatasetSettings trainingDataset(String path, DatasetConfig dataset, TemplateChoice template) {
        DatasetSettings settings = config.trainsOnText() && dataset.type().isEmpty()
                ? dataset(path, dataset, template).withType("pretrain")
                : dataset(path, dataset, template);
        DataConfig data = config.data();
        return data.datasetShardNum()
                .filter(count -> settings.shard().isEmpty())
                .map(count -> settings.withShard(
                        new Shard(count, data.datasetShardIdx().orElse(0))))
                .orElse(settings);
    }

    private DatasetSettings dataset(String path, DatasetConfig dataset, TemplateChoice template) {
        dataset.split().ifPresent(written -> requireSplit(path + ".split", written));
        return new DatasetSettings(
                ConfiguredDataset.request(loaded, dataset),
                dataset.type().flatMap(type -> type.name()),
                rowFormat(dataset),
                dataset.field().or(dataset::textColumn).orElse("text"),
                chat(path, dataset, template),
                ConfiguredDataset.info(loaded, dataset),
                dataset.shards()
                        .map(count -> new Shard(count, dataset.shardsIdx().orElse(0))),
                dataset.isSynthetic() ? Optional.of(synthetic(dataset)) : Optional.empty());
    }

    private void requireSplit(String key, String written) {
        try {
            Objects.requireNonNull(Split.parse(written));
        } catch (UserException e) {
            throw loaded.error(key, e.getMessage());
        }
    }

    private Synthetic synthetic(DatasetConfig dataset) {
        return new Synthetic(
                dataset.syntheticRows(),
                dataset.syntheticLength(config.data()),
                dataset.minInputId().orElse(100),
                dataset.maxInputId(),
                dataset.seed().orElse(config.training().seed()));
    }

    private Optional<RowFormat> rowFormat(DatasetConfig dataset) {
        Optional<dev.newt.config.PromptFormat> mapping = dataset.type().flatMap(type -> type.format());
        return objective.isPresent()
                ? Optional.of(pairFormat(dataset, mapping))
                : mapping.map(SettingsReader::promptFormat);
    }

    private static PreferenceFormat pairFormat(DatasetConfig dataset, Optional<dev.newt.config.PromptFormat> mapping) {
        PreferenceFormat defaults = PreferenceFormat.defaults();
        return new PreferenceFormat(
                mapping.flatMap(format -> format.fieldSystem()).orElse(defaults.fieldSystem()),
                mapping.flatMap(format -> format.fieldPrompt()).orElse(defaults.fieldPrompt()),
                mapping.flatMap(format -> format.fieldChosen())
                        .or(dataset::fieldChosen)
                        .orElse(defaults.fieldChosen()),
                mapping.flatMap(format -> format.fieldRejected())
                        .or(dataset::fieldRejected)
                        .orElse(defaults.fieldRejected()),
                defaults.fieldCompletion(),
                defaults.fieldLabel(),
                mapping.flatMap(format -> format.promptFormat()),
                mapping.flatMap(format -> format.chosenFormat()),
                mapping.flatMap(format -> format.rejectedFormat()),
                Optional.empty());
    }

    private static PromptFormat promptFormat(dev.newt.config.PromptFormat format) {
        return new PromptFormat(
                format.systemPrompt().orElse(""),
                format.systemFormat().orElse("{system}"),
                format.fieldSystem(),
                format.fieldInstruction().orElse("instruction"),
                format.fieldInput().orElse("input"),
                format.fieldOutput().orElse("output"),
                format.format().orElse("{instruction} {input}"),
                format.noInputFormat());
    }

    private ChatSettings chat(String path, DatasetConfig dataset, TemplateChoice template) {
        ChatSettings defaults = ChatSettings.defaults();
        Map<String, String> properties = new HashMap<>(defaults.messagePropertyMappings());
        dataset.messageFieldRole().ifPresent(field -> properties.put("role", field));
        dataset.messageFieldContent().ifPresent(field -> properties.put("content", field));
        properties.putAll(dataset.messagePropertyMappings());
        return new ChatSettings(
                ConfiguredTemplate.of(loaded, path + ".", dataset.chatTemplate(), dataset.chatTemplateJinja())
                        .orElse(template),
                dataset.fieldMessages().orElse(defaults.fieldMessages()),
                dataset.fieldTools().orElse(defaults.fieldTools()),
                properties,
                dataset.roles().isEmpty() ? defaults.roles() : dataset.roles(),
                dataset.rolesToTrain().orElse(defaults.rolesToTrain()),
                end(dataset.trainOnEos()).orElse(defaults.trainOnEos()),
                end(dataset.trainOnEot()).or(() -> end(dataset.trainOnEos())).orElse(defaults.trainOnEot()),
                config.data().eotTokens().orElse(defaults.eotTokens()),
                dataset.messageFieldTraining(),
                dataset.messageFieldTrainingDetail(),
                dataset.fieldThinking().orElse(defaults.fieldThinking()),
                dataset.templateThinkingKey().orElse(defaults.templateThinkingKey()),
                dataset.dropSystemMessage(),
                dataset.splitThinking(),
                Map.of());
    }

    private static Optional<TrainOnEnd> end(Optional<dev.newt.config.TrainOnEnd> configured) {
        return configured.map(value -> switch (value) {
            case ALL -> TrainOnEnd.ALL;
            case TURN -> TrainOnEnd.TURN;
            case LAST -> TrainOnEnd.LAST;
            case NONE -> TrainOnEnd.NONE;
        });
    }
}
