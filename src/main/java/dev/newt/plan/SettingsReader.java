package dev.newt.plan;

import dev.newt.config.DataChecking;
import dev.newt.config.DataConfig;
import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.NewtConfig;
import dev.newt.config.ScheduleConfig;
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
import dev.newt.token.SpecialTokens;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.TrainSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns a configuration into settings. Reads dataset_info.json and templates; looks for no model and no rows. */
public final class SettingsReader {
    private final LoadedConfig loaded;
    private final NewtConfig config;
    private final Optional<Objective> objective;
    private final List<UserException> errors = new ArrayList<>();

    private SettingsReader(LoadedConfig loaded) {
        this.loaded = loaded;
        this.config = loaded.config();
        this.objective = PlannedObjective.of(config.preference());
    }

    /** @throws UserException with the places of all entries and templates that cannot be used */
    public static RunSettings read(LoadedConfig loaded) {
        return new SettingsReader(loaded).read();
    }

    private RunSettings read() {
        TrainingConfig training = config.training();
        Optional<RunSettings.Adapter> adapter = PlannedAdapter.settings(loaded)
                .map(lora ->
                        new RunSettings.Adapter(lora, config.adapter().loraModelDir(), PlannedAdapter.folder(loaded)));
        DataSettings data = data();
        return new RunSettings(
                model(),
                config.model().loadIn4bit(),
                adapter,
                objective,
                data,
                config.trainingDatasetsKey(),
                chatTemplate(),
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
                        Planner.warmup(training),
                        training.cosineMinLrRatio(),
                        training.cosineConstantLrRatio() > 0 ? training.cosineConstantLrRatio() : 1),
                PlannedOptimizer.of(training),
                Optional.of(training.maxGradNorm()).filter(norm -> norm > 0),
                training.seed(),
                training.lossWatchdogThreshold()
                        .map(threshold -> new TrainSettings.Watchdog(threshold, training.lossWatchdogPatience())),
                config.schedule().earlyStoppingPatience(),
                output(),
                config.data().dataChecks() == DataChecking.ERROR,
                new RunSettings.Origin(loaded.file(), loaded.text(), loaded.values(), loaded::error));
    }

    private RunSettings.ModelSource model() {
        String name = config.model().baseModel();
        Optional<String> tokenizer = config.model().tokenizerConfig();
        return new RunSettings.ModelSource(
                name,
                config.model().revisionOfModel(),
                loaded.paths().find(name),
                tokenizer,
                tokenizer.map(loaded.paths()::find),
                config.model()
                        .specialTokens()
                        .map(s -> new SpecialTokens(s.bosToken(), s.eosToken(), s.padToken(), s.unkToken()))
                        .orElseGet(SpecialTokens::none),
                config.model().reinitWeights());
    }

    private static LearningRateSchedule.Kind kind(TrainingConfig training) {
        return switch (training.lrScheduler()) {
            case COSINE -> LearningRateSchedule.Kind.COSINE;
            case LINEAR -> LearningRateSchedule.Kind.LINEAR;
            case CONSTANT -> LearningRateSchedule.Kind.CONSTANT;
            case CONSTANT_WITH_WARMUP -> LearningRateSchedule.Kind.CONSTANT_WITH_WARMUP;
        };
    }

    private RunSettings.Output output() {
        ScheduleConfig schedule = config.schedule();
        return new RunSettings.Output(
                loaded.paths().output(schedule.outputDir()),
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

    private DataSettings data() {
        DataConfig data = config.data();
        List<DatasetSettings> train = new ArrayList<>();
        List<DatasetSettings> test = new ArrayList<>();
        for (int i = 0; i < config.trainingDatasets().size(); i++) {
            DatasetConfig set = config.trainingDatasets().get(i);
            String path = config.trainingDatasetsKey() + "[" + i + "]";
            attempt(path, () -> train.add(trainingDataset(path, set)));
        }
        for (int i = 0; i < data.testDatasets().size(); i++) {
            DatasetConfig set = data.testDatasets().get(i);
            String path = "test_datasets[" + i + "]";
            attempt(path, () -> test.add(dataset(path, set)));
        }
        if (!errors.isEmpty()) {
            throw ProblemException.joined(errors);
        }
        DataSettings settings = new DataSettings(
                        train,
                        test,
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
                        PreparedLink.folder(loaded),
                        loaded.paths()::find)
                .mixed(PlannedBatches.mixing(data), data.datasetExactDeduplication());
        return objective.map(judged -> settings.judged(judged.rows())).orElse(settings);
    }

    private void attempt(String path, Runnable part) {
        try {
            part.run();
        } catch (ProblemException e) {
            errors.add(e);
        } catch (UserException e) {
            errors.add(loaded.error(path + ".path", path + ".path: " + e.getMessage()));
        }
    }

    /** With the part that the top level takes of all data sets, where the entry does not say another. */
    private DatasetSettings trainingDataset(String path, DatasetConfig dataset) {
        DatasetSettings settings = config.trainsOnText() && dataset.type().isEmpty()
                ? dataset(path, dataset).withType("pretrain")
                : dataset(path, dataset);
        DataConfig data = config.data();
        return data.datasetShardNum()
                .filter(count -> settings.shard().isEmpty())
                .map(count -> settings.withShard(
                        new Shard(count, data.datasetShardIdx().orElse(0))))
                .orElse(settings);
    }

    private DatasetSettings dataset(String path, DatasetConfig dataset) {
        return new DatasetSettings(
                ConfiguredDataset.request(loaded, dataset),
                dataset.type().flatMap(type -> type.name()),
                rowFormat(dataset),
                dataset.field().or(dataset::textColumn).orElse("text"),
                chat(path, dataset),
                ConfiguredDataset.info(loaded, dataset),
                dataset.shards()
                        .map(count -> new Shard(count, dataset.shardsIdx().orElse(0))),
                dataset.isSynthetic() ? Optional.of(synthetic(dataset)) : Optional.empty());
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

    private ChatSettings chat(String path, DatasetConfig dataset) {
        ChatSettings defaults = ChatSettings.defaults();
        Map<String, String> properties = new HashMap<>(defaults.messagePropertyMappings());
        dataset.messageFieldRole().ifPresent(field -> properties.put("role", field));
        dataset.messageFieldContent().ifPresent(field -> properties.put("content", field));
        properties.putAll(dataset.messagePropertyMappings());
        return new ChatSettings(
                ConfiguredTemplate.of(loaded, path + ".", dataset.chatTemplate(), dataset.chatTemplateJinja())
                        .orElseGet(this::chatTemplate),
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
