package dev.newt.adapter;

import dev.newt.io.UserException;
import dev.newt.model.Decoder;
import dev.newt.model.DecoderParameters;
import dev.newt.model.family.ModelConfig;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.weights.SafetensorsFile;
import dev.newt.weights.SafetensorsWriter;
import dev.newt.weights.StoredTensor;
import dev.newt.weights.TensorInfo;
import dev.newt.weights.TensorProblems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The tensors of an adapter in adapter_model.safetensors. */
public final class PeftWeights {
    private PeftWeights() {}

    /**
     * Reads an adapter onto a base model.
     *
     * @param base becomes the adapted decoder's; stays the caller's where this throws
     * @throws UserException where tensors are missing, of a wrong shape, or left over
     */
    public static Lora load(Path directory, Decoder base, Engine engine) {
        LoraSettings settings = PeftFiles.readSettings(directory);
        try (SafetensorsFile file = open(directory)) {
            check(file, Lora.tensors(base, settings));
            DType master = base.compute().accumulator();
            return Lora.of(base, settings, engine, name -> {
                StoredTensor stored = file.tensor(name);
                try (Tensor tensor = engine.upload(stored.buffer(), stored.dtype(), stored.shape())) {
                    return engine.cast(tensor, master);
                }
            });
        }
    }

    /**
     * Refuses what {@link #load} refuses, from the header of the adapter's file alone.
     *
     * @param settings as {@link PeftFiles#readSettings} has them
     * @param model that the adapter is for
     */
    public static void require(Path directory, LoraSettings settings, ModelConfig model) {
        try (SafetensorsFile file = open(directory)) {
            check(file, AdapterTensors.of(model, settings));
        }
    }

    private static SafetensorsFile open(Path directory) {
        Path path = directory.resolve(PeftFiles.WEIGHTS);
        if (!Files.exists(path)) {
            throw new UserException(directory + ": the adapter has no " + PeftFiles.WEIGHTS);
        }
        return SafetensorsFile.open(path);
    }

    private static void check(SafetensorsFile file, List<TensorInfo> expected) {
        TensorProblems problems = new TensorProblems();
        Set<String> known = new HashSet<>();
        for (TensorInfo tensor : expected) {
            known.add(tensor.name());
            problems.expect(file.tensors(), tensor.name(), tensor.shape(), DType.FLOATING);
        }
        new TreeMap<>(file.tensors()).forEach((name, tensor) -> {
            if (!known.contains(name)) {
                problems.stray(tensor, name, "this adapter of the base model");
            }
        });
        problems.refuse(file.path(), "the adapter");
    }

    /**
     * Writes adapter_config.json and adapter_model.safetensors, the values in 32 bits.
     *
     * @param baseModel where the base model is, as peft is to find it
     */
    public static void save(Lora lora, Path directory, String baseModel, Engine engine) {
        Map<String, TrainableParameter> parameters = new LinkedHashMap<>();
        lora.trainable().forEach(p -> parameters.put(p.name(), p));
        List<TensorInfo> tensors = lora.trainable().stream()
                .map(p -> new TensorInfo(p.name(), DType.F32, p.shape()))
                .toList();
        SafetensorsWriter.write(
                directory.resolve(PeftFiles.WEIGHTS), tensors, SafetensorsWriter.PYTORCH, (tensor, sink) -> {
                    try (Tensor values =
                            engine.cast(parameters.get(tensor.name()).master(), DType.F32)) {
                        sink.write(engine.download(values));
                    }
                });
        List<String> adapted = lora.decoder().parameters().linears().stream()
                .filter(linear -> linear.adapter().isPresent())
                .map(linear -> DecoderParameters.moduleName(linear.weight()))
                .toList();
        PeftFiles.writeSettings(directory, lora.settings(), baseModel, adapted);
    }
}
