package dev.newt.run;

import dev.newt.config.DataConfig;
import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.NewtConfig;
import dev.newt.data.ChatSettings;
import dev.newt.data.DataSettings;
import dev.newt.data.DatasetSettings;
import dev.newt.data.ExcessLengthStrategy;
import dev.newt.data.Mixing;
import dev.newt.data.PromptFormat;
import dev.newt.data.Shard;
import dev.newt.data.Synthetic;
import dev.newt.data.TrainOnEnd;
import dev.newt.data.pack.BatchSettings;
import dev.newt.data.prompt.TemplateChoice;
import dev.newt.plan.ConfiguredDataset;
import dev.newt.plan.ConfiguredTemplate;
import dev.newt.plan.PlannedBatches;
import dev.newt.plan.PreparedLink;
import dev.newt.token.SpecialTokens;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From the configuration to the settings of the data. */
final class DataWiring {
    private final LoadedConfig loaded;
    private final NewtConfig config;

    DataWiring(LoadedConfig loaded) {
        this.loaded = loaded;
        this.config = loaded.config();
    }

    /** The folder of the base model. */
    Path modelFolder() {
        return Inputs.model(loaded);
    }

    Tokenizer tokenizer() {
        Path folder = Inputs.tokenizer(loaded);
        SpecialTokens special = config.model()
                .specialTokens()
                .map(s -> new SpecialTokens(s.bosToken(), s.eosToken(), s.padToken(), s.unkToken()))
                .orElseGet(SpecialTokens::none);
        return Tokenizer.open(folder, special);
    }

    /** The chat template of the configuration; without one, the tokenizer's. */
    TemplateChoice chatTemplate() {
        return ConfiguredTemplate.of(
                        loaded, "", config.data().chatTemplate(), config.data().chatTemplateJinja())
                .orElseGet(TemplateChoice::ofTokenizer);
    }

    DataSettings data() {
        return data(
                config.trainingDatasets().stream().map(this::trainingDataset).toList(),
                config.data().testDatasets().stream().map(this::dataset).toList(),
                config.data().valSetSize());
    }

    /** What a streamed run is evaluated on, which is prepared. */
    Optional<DataSettings> testDataAlone() {
        return Optional.of(config.data().testDatasets())
                .filter(sets -> !sets.isEmpty())
                .map(sets -> data(sets.stream().map(this::dataset).toList(), List.of(), 0)
                        .mixed(Mixing.none(), false));
    }

    /** The first rows of every data set, as many as a window has, to be looked at. */
    DataSettings firstWindow() {
        long rows = config.streaming().windowRows();
        DataSettings all = data();
        return data(
                all.datasets().stream()
                        .map(set -> set.withSplit(set.split().first(rows)))
                        .toList(),
                all.testDatasets(),
                0);
    }

    private DataSettings data(List<DatasetSettings> train, List<DatasetSettings> test, double valSetSize) {
        DataConfig data = config.data();
        return new DataSettings(
                        train,
                        test,
                        valSetSize,
                        data.trainOnInputs(),
                        data.sequenceLen(),
                        data.minSampleLen(),
                        ExcessLengthStrategy.valueOf(data.excessLengthStrategy().name()),
                        data.samplePacking(),
                        config.training().seed(),
                        Math.max(2, Runtime.getRuntime().availableProcessors()),
                        PreparedLink.folder(loaded),
                        loaded.paths()::find)
                .mixed(PlannedBatches.mixing(data), data.datasetExactDeduplication());
    }

    BatchSettings trainingBatches() {
        return PlannedBatches.training(config);
    }

    /** Batches of streamed rows, which are mixed as {@code shuffle_merged_datasets} says. */
    BatchSettings streamedBatches() {
        BatchSettings prepared = trainingBatches();
        return new BatchSettings(
                prepared.microBatchSize(),
                prepared.gradientAccumulationSteps(),
                prepared.sequenceLen(),
                prepared.samplePacking(),
                prepared.samplePackingBinSize(),
                prepared.samplePackingSequentially(),
                config.data().shuffleMergedDatasets(),
                prepared.seed());
    }

    BatchSettings evaluationBatches() {
        return PlannedBatches.evaluation(config);
    }

    /** With the part that the top level takes of all data sets, where the entry does not say another. */
    private DatasetSettings trainingDataset(DatasetConfig dataset) {
        DatasetSettings settings = config.trainsOnText() && dataset.type().isEmpty()
                ? dataset(dataset).withType("pretrain")
                : dataset(dataset);
        DataConfig data = config.data();
        return data.datasetShardNum()
                .filter(count -> settings.shard().isEmpty())
                .map(count -> settings.withShard(
                        new Shard(count, data.datasetShardIdx().orElse(0))))
                .orElse(settings);
    }

    private DatasetSettings dataset(DatasetConfig dataset) {
        return new DatasetSettings(
                ConfiguredDataset.request(loaded, dataset),
                dataset.type().flatMap(type -> type.name()),
                dataset.type().flatMap(type -> type.format()).map(DataWiring::promptFormat),
                dataset.field().or(dataset::textColumn).orElse("text"),
                chat(dataset),
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

    private ChatSettings chat(DatasetConfig dataset) {
        ChatSettings defaults = ChatSettings.defaults();
        Map<String, String> properties = new HashMap<>(defaults.messagePropertyMappings());
        dataset.messageFieldRole().ifPresent(field -> properties.put("role", field));
        dataset.messageFieldContent().ifPresent(field -> properties.put("content", field));
        properties.putAll(dataset.messagePropertyMappings());
        return new ChatSettings(
                ConfiguredTemplate.of(loaded, "", dataset.chatTemplate(), dataset.chatTemplateJinja())
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
        return configured.map(value -> TrainOnEnd.valueOf(value.name()));
    }
}
