package dev.newt.adapter;

import dev.newt.io.UserException;
import dev.newt.model.Role;
import dev.newt.model.family.Checkpoint;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.ModelWriter;
import dev.newt.weights.SafetensorsFile;
import dev.newt.weights.SafetensorsWriter.Sink;
import dev.newt.weights.StoredTensor;
import dev.newt.weights.TensorInfo;
import dev.newt.weights.TensorProblems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A base model and its adapter made one: a model without an adapter that computes the same. One tensor is in memory at a time. */
public final class MergedWeights {
    private final Engine engine;
    private final LoraSettings settings;
    private final SafetensorsFile adapter;
    private final Map<String, StoredTensor> base = new LinkedHashMap<>();
    private final List<TensorInfo> tensors = new ArrayList<>();
    private final boolean untied;

    private MergedWeights(
            ModelConfig config,
            ModelDirectory directory,
            SafetensorsFile adapter,
            LoraSettings settings,
            Engine engine) {
        this.engine = engine;
        this.settings = settings;
        this.adapter = adapter;
        String head = config.tensors().moduleName(Role.HEAD) + ".weight";
        String table = config.tensors().moduleName(Role.EMBEDDING) + ".weight";
        this.untied = config.spec().tiedHead()
                && (adapter.find(saved(head)).isPresent()
                        || adapter.find(saved(table)).isPresent());
        for (Map.Entry<TensorSlot, StoredTensor> entry :
                Checkpoint.bind(config, directory).entrySet()) {
            String name = entry.getKey().name();
            base.put(name, entry.getValue());
            tensors.add(new TensorInfo(
                    name, entry.getValue().dtype(), entry.getKey().shape()));
        }
        if (untied) {
            // peft trains a copy for each of the two places of a tied weight.
            StoredTensor embedding = base.get(table);
            base.put(head, embedding);
            tensors.add(new TensorInfo(head, embedding.dtype(), embedding.shape()));
        }
    }

    /**
     * Writes the merged weights, each in the type it has in the base model.
     *
     * @param base weights that are not quantised
     * @param adapter folder in PEFT's format
     * @param target folder of the merged model
     * @return whether embedding and head, tied in the base model, have become two
     * @throws UserException where the adapter does not fit
     */
    public static boolean write(ModelConfig config, ModelDirectory base, Path adapter, Path target, Engine engine) {
        LoraSettings settings = PeftFiles.readSettings(adapter);
        try (SafetensorsFile file = SafetensorsFile.open(adapter.resolve(PeftFiles.WEIGHTS))) {
            MergedWeights merged = new MergedWeights(config, base, file, settings, engine);
            merged.checkFit();
            ModelWriter.write(target, merged.tensors, ModelWriter.DEFAULT_SHARD_BYTES, merged::write);
            return merged.untied;
        }
    }

    private void checkFit() {
        TensorProblems problems = new TensorProblems();
        Set<String> used = new HashSet<>();
        for (TensorInfo tensor : tensors) {
            expected(tensor).forEach((name, shape) -> {
                used.add(name);
                problems.expect(adapter.tensors(), name, shape, DType.FLOATING);
            });
        }
        new TreeMap<>(adapter.tensors()).forEach((name, tensor) -> {
            if (!used.contains(name)) {
                problems.stray(tensor, name, "this adapter of the base model");
            }
        });
        problems.refuse(adapter.path(), "the adapter");
    }

    /** What the adapter must hold for a tensor of the base model that it changes. */
    private Map<String, Shape> expected(TensorInfo tensor) {
        String module = module(tensor.name());
        if (tensor.name().endsWith(".weight")
                && adapter.find(Lora.nameOfA(module)).isPresent()) {
            long rank = settings.rank();
            Map<String, Shape> parts = new LinkedHashMap<>();
            parts.put(Lora.nameOfA(module), Shape.of(rank, tensor.shape().dim(-1)));
            parts.put(Lora.nameOfB(module), Shape.of(tensor.shape().dim(0), rank));
            if (settings.dora()) {
                parts.put(Lora.nameOfMagnitude(module), Shape.of(tensor.shape().dim(0)));
            }
            return parts;
        }
        return adapter.find(saved(tensor.name())).isPresent() ? Map.of(saved(tensor.name()), tensor.shape()) : Map.of();
    }

    private void write(TensorInfo tensor, Sink sink) throws IOException {
        String module = module(tensor.name());
        if (tensor.name().endsWith(".weight")
                && adapter.find(Lora.nameOfA(module)).isPresent()) {
            writeMerged(tensor, module, sink);
            return;
        }
        Optional<StoredTensor> trained = adapter.find(saved(tensor.name()));
        if (trained.isPresent()) {
            try (Tensor wide = load(trained.get());
                    Tensor narrow = engine.cast(wide, tensor.dtype())) {
                sink.write(engine.download(narrow));
            }
            return;
        }
        StoredTensor stored = base.get(tensor.name());
        long rows = stored.shape().dim(0);
        long step = stored.fitsOneBuffer() ? rows : Math.max(1, rows * (1L << 30) / stored.bytes());
        for (long row = 0; row < rows; row += step) {
            sink.write(stored.rows(row, Math.min(rows, row + step)));
        }
    }

    private void writeMerged(TensorInfo tensor, String module, Sink sink) throws IOException {
        try (Tensor weight = load(base.get(tensor.name()));
                Tensor wide = engine.cast(weight, DType.F32);
                Tensor a = wide(Lora.nameOfA(module));
                Tensor b = wide(Lora.nameOfB(module))) {
            Optional<Tensor> magnitude =
                    settings.dora() ? Optional.of(wide(Lora.nameOfMagnitude(module))) : Optional.empty();
            try (Tensor merged = engine.mergeLowRank(wide, a, b, settings.scale(), magnitude);
                    Tensor narrow = engine.cast(merged, tensor.dtype())) {
                sink.write(engine.download(narrow));
            } finally {
                magnitude.ifPresent(Tensor::close);
            }
        }
    }

    private Tensor wide(String name) {
        try (Tensor stored = load(adapter.tensor(name))) {
            return engine.cast(stored, DType.F32);
        }
    }

    private Tensor load(StoredTensor stored) {
        return engine.map(stored.buffer(), stored.dtype(), stored.shape());
    }

    private static String saved(String name) {
        return Lora.PREFIX + name;
    }

    private static String module(String name) {
        return name.substring(0, name.lastIndexOf('.'));
    }
}
