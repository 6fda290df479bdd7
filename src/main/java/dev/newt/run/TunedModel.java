package dev.newt.run;

import dev.newt.adapter.Lora;
import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.PeftWeights;
import dev.newt.model.Decoder;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.model.load.DecoderInitializer;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.TrainableParameter;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.ModelWriter;
import dev.newt.weights.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The model of a run: the base with what is trained, and how to write that. */
final class TunedModel implements AutoCloseable, SftModel.Outputs {
    private final Engine engine;
    private final Path baseFolder;
    private final String baseName;
    private final Path tokenizerFolder;
    private final ModelConfig config;
    private final Decoder decoder;
    private final Optional<Lora> lora;
    private final List<? extends TrainableParameter> trainable;

    private TunedModel(Engine engine, RunSettings settings, ModelConfig config, Decoder decoder, Optional<Lora> lora) {
        this.engine = engine;
        this.baseFolder = settings.model().folder();
        this.baseName = settings.model().nameForAdapters();
        this.tokenizerFolder = settings.model().tokenizerFolder();
        this.config = config;
        this.decoder = decoder;
        this.lora = lora;
        this.trainable = lora.<List<? extends TrainableParameter>>map(Lora::trainable)
                .orElseGet(() -> decoder.parameters().base().stream()
                        .filter(TrainableParameter.class::isInstance)
                        .map(TrainableParameter.class::cast)
                        .toList());
    }

    /** The model as training begins: with a fresh adapter, or one to go on with, or all weights trained. */
    static TunedModel forTraining(ExecutionPlan plan, Engine engine) {
        RunSettings run = plan.settings();
        Path folder = run.model().folder();
        ModelConfig model = Families.read(folder.resolve("config.json"));
        DType compute = compute(plan);
        Optional<LoraSettings> settings = run.adapter().map(RunSettings.Adapter::lora);
        long seed = run.seed();
        if (run.model().drawnAtRandom()) {
            Decoder decoder = DecoderInitializer.initialise(model, engine, compute, seed);
            return settings.isEmpty()
                    ? new TunedModel(engine, run, model, decoder, Optional.empty())
                    : withAdapter(run, model, decoder, settings.get(), engine, seed);
        }
        if (settings.isEmpty()) {
            return new TunedModel(
                    engine,
                    run,
                    model,
                    load(folder, model, engine, compute, slot -> WeightUse.TRAINED),
                    Optional.empty());
        }
        Decoder base = load(folder, model, engine, compute, frozen(run));
        return withAdapter(run, model, base, settings.get(), engine, seed);
    }

    private static TunedModel withAdapter(
            RunSettings run, ModelConfig model, Decoder base, LoraSettings settings, Engine engine, long seed) {
        try {
            Optional<Path> start = run.adapter().flatMap(RunSettings.Adapter::startFolder);
            Lora lora = start.isPresent()
                    ? PeftWeights.load(start.get(), base, engine)
                    : Lora.initialise(base, settings, engine, seed);
            return new TunedModel(engine, run, model, lora.decoder(), Optional.of(lora));
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /**
     * The model after training.
     *
     * @param tuned folder of the adapter, or of the whole model where all weights were trained
     */
    static TunedModel forInference(ExecutionPlan plan, Engine engine, Path tuned) {
        RunSettings run = plan.settings();
        DType compute = compute(plan);
        if (run.adapter().isEmpty()) {
            ModelConfig model = Families.read(tuned.resolve("config.json"));
            Decoder decoder = load(tuned, model, engine, compute, slot -> WeightUse.FROZEN);
            return new TunedModel(engine, run, model, decoder, Optional.empty());
        }
        Path folder = run.model().folder();
        ModelConfig model = Families.read(folder.resolve("config.json"));
        Decoder base = load(folder, model, engine, compute, frozen(run));
        try {
            Lora lora = PeftWeights.load(tuned, base, engine);
            return new TunedModel(engine, run, model, lora.decoder(), Optional.of(lora));
        } catch (RuntimeException e) {
            base.close();
            throw e;
        }
    }

    /** The base model alone, as it will be tuned. */
    static TunedModel base(ExecutionPlan plan, Engine engine) {
        RunSettings run = plan.settings();
        Path folder = run.model().folder();
        ModelConfig model = Families.read(folder.resolve("config.json"));
        Decoder decoder = load(folder, model, engine, compute(plan), frozen(run));
        return new TunedModel(engine, run, model, decoder, Optional.empty());
    }

    private static DType compute(ExecutionPlan plan) {
        return plan.compute().type().equals("bf16") ? DType.BF16 : DType.F32;
    }

    private static Function<TensorSlot, WeightUse> frozen(RunSettings run) {
        boolean nf4 = run.baseNf4();
        return slot -> nf4 && slot.isQuantised() ? WeightUse.NF4 : WeightUse.FROZEN;
    }

    private static Decoder load(
            Path folder, ModelConfig model, Engine engine, DType compute, Function<TensorSlot, WeightUse> use) {
        try (ModelDirectory directory = ModelDirectory.open(folder)) {
            return DecoderLoader.load(model, directory, engine, compute, use);
        }
    }

    Decoder decoder() {
        return decoder;
    }

    ModelConfig config() {
        return config;
    }

    List<? extends TrainableParameter> trainable() {
        return trainable;
    }

    boolean isAdapter() {
        return lora.isPresent();
    }

    @Override
    public void save(Path directory) throws IOException {
        if (lora.isPresent()) {
            PeftWeights.save(lora.get(), directory, baseName, engine);
        } else {
            saveWhole(directory);
        }
        ModelFolder.copyTokenizer(tokenizerFolder, directory);
    }

    /** In 32 bits, as they were trained. */
    private void saveWhole(Path directory) throws IOException {
        Map<String, Parameter> byName = new LinkedHashMap<>();
        decoder.parameters().base().forEach(p -> byName.put(p.name(), p));
        List<TensorInfo> tensors = config.tensors().all().stream()
                .map(slot -> new TensorInfo(slot.name(), DType.F32, slot.shape()))
                .toList();
        ModelWriter.write(directory, tensors, ModelWriter.DEFAULT_SHARD_BYTES, (tensor, sink) -> {
            TrainableParameter parameter = (TrainableParameter) byName.get(tensor.name());
            sink.write(engine.download(parameter.master()));
        });
        ModelFolder.copyConfig(baseFolder, directory, "float32", false);
    }

    @Override
    public long bytes() {
        return trainable.stream()
                        .mapToLong(p -> p.shape().elements() * DType.F32.bytes())
                        .sum()
                + (1 << 20);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
