package dev.newt.model.family;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.ModelWriter;
import dev.newt.weights.SafetensorsWriter;
import dev.newt.weights.StoredTensor;
import dev.newt.weights.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llama", "llama_tied", "mistral", "qwen2", "qwen3", "gpt_neox", "mixtral"})
    void everyTensorOfAPublishedModelHasItsSlot(String model) {
        Path directory = golden(model);
        ModelConfig config = Families.read(directory.resolve("config.json"));
        try (ModelDirectory weights = ModelDirectory.open(directory)) {
            Map<TensorSlot, StoredTensor> bound = Checkpoint.bind(config, weights);
            assertThat(bound.keySet())
                    .containsExactlyElementsOf(config.tensors().all());
            assertThat(bound.values())
                    .containsExactlyInAnyOrderElementsOf(weights.tensors().values());
            bound.forEach((slot, tensor) -> assertThat(tensor.name()).isEqualTo(slot.name()));
            long stored = weights.tensors().values().stream()
                    .mapToLong(tensor -> tensor.shape().elements())
                    .sum();
            assertThat(config.tensors().parameters()).isEqualTo(stored);
        }
    }

    @Test
    void aCopyWithoutThePrefixAndWithOldBuffersIsRead() {
        ModelConfig config = Families.read(golden("llama_tied").resolve("config.json"));
        List<TensorInfo> tensors = new ArrayList<>();
        config.tensors()
                .all()
                .forEach(slot -> tensors.add(
                        new TensorInfo(slot.name().replaceFirst("^model\\.", ""), DType.BF16, slot.shape())));
        tensors.add(new TensorInfo("layers.0.self_attn.rotary_emb.inv_freq", DType.F32, Shape.of(8)));
        write(tensors);
        try (ModelDirectory weights = ModelDirectory.open(folder)) {
            Map<TensorSlot, StoredTensor> bound = Checkpoint.bind(config, weights);
            bound.forEach((slot, tensor) -> assertThat(slot.name()).isEqualTo("model." + tensor.name()));
        }
    }

    /** As transformers 5 holds them in memory, and writes them where it is told not to keep the original format. */
    @Test
    void expertsThatAreStackedInOneTensorAreRead() {
        Path directory = golden("mixtral");
        ModelConfig config = Families.read(directory.resolve("config.json"));
        try (ModelDirectory original = ModelDirectory.open(directory)) {
            Map<TensorSlot, StoredTensor> apart = Checkpoint.bind(config, original);
            Map<String, List<StoredTensor>> stacks = new LinkedHashMap<>();
            apart.values().forEach(tensor -> stacks.computeIfAbsent(stack(tensor.name()), name -> new ArrayList<>())
                    .add(tensor));
            List<TensorInfo> tensors = stacks.entrySet().stream()
                    .map(entry -> new TensorInfo(entry.getKey(), DType.F32, shape(entry.getValue())))
                    .toList();
            ModelWriter.write(folder, tensors, 1 << 20, (tensor, sink) -> {
                for (StoredTensor part : stacks.get(tensor.name())) {
                    sink.write(part.buffer());
                }
            });
            try (ModelDirectory stacked = ModelDirectory.open(folder)) {
                assertThat(stacked.tensors()).hasSize(21);
                Checkpoint.bind(config, stacked).forEach((slot, tensor) -> {
                    assertThat(tensor.name()).isEqualTo(slot.name());
                    assertThat(tensor.shape()).isEqualTo(slot.shape());
                    assertThat(tensor.buffer()).isEqualTo(apart.get(slot).buffer());
                });
            }
        }
        String gate = "model.layers.0.mlp.experts.gate_up_proj";
        write(List.of(new TensorInfo(gate, DType.F32, Shape.of(4, 64, 96))));
        refused(config, "tensor " + gate + " has the shape [4, 64, 96]; it must be [4, 96, 64]");
    }

    private static String stack(String name) {
        return name.replace("block_sparse_moe", "mlp")
                .replaceFirst("experts\\.\\d+\\.w[13].weight", "experts.gate_up_proj")
                .replaceFirst("experts\\.\\d+\\.w2.weight", "experts.down_proj");
    }

    private static Shape shape(List<StoredTensor> parts) {
        Shape first = parts.get(0).shape();
        return parts.size() == 1 ? first : Shape.of(4, parts.size() / 4 * first.dim(0), first.dim(1));
    }

    @Test
    void theBuffersOfAnOldGptNeoXArePassedOverAndItsBiasesAreNot() {
        ModelConfig config = Families.read(golden("gpt_neox").resolve("config.json"));
        List<TensorInfo> tensors = infos(config, DType.F16);
        tensors.add(new TensorInfo("gpt_neox.layers.0.attention.bias", DType.U8, Shape.of(1, 1, 8, 8)));
        tensors.add(new TensorInfo("gpt_neox.layers.0.attention.masked_bias", DType.F16, Shape.of()));
        tensors.add(new TensorInfo("gpt_neox.layers.0.attention.rotary_emb.inv_freq", DType.F16, Shape.of(2)));
        write(tensors);
        try (ModelDirectory weights = ModelDirectory.open(folder)) {
            assertThat(Checkpoint.bind(config, weights).keySet())
                    .containsExactlyElementsOf(config.tensors().all());
        }
        tensors.add(new TensorInfo("gpt_neox.layers.0.attention.dense_extra.bias", DType.F16, Shape.of(64)));
        write(tensors);
        refused(config, "gpt_neox.layers.0.attention.dense_extra.bias [64] has no place in a gpt_neox model");
    }

    @Test
    void aTiedHeadMayBeStoredTooButNotDiffer() {
        ModelConfig config = Families.read(golden("llama_tied").resolve("config.json"));
        TensorSlot embedding = config.tensors().all().get(0);
        List<TensorInfo> tensors = infos(config, DType.F32);
        tensors.add(new TensorInfo("lm_head.weight", DType.F32, embedding.shape()));
        write(tensors);
        try (ModelDirectory weights = ModelDirectory.open(folder)) {
            assertThat(Checkpoint.bind(config, weights).get(embedding).name()).isEqualTo(embedding.name());
        }
        ModelWriter.write(folder, tensors, Long.MAX_VALUE, (tensor, sink) -> {
            ByteBuffer bytes = ByteBuffer.allocate((int) tensor.bytes());
            if (tensor.name().equals("lm_head.weight")) {
                bytes.put(bytes.limit() - 1, (byte) 1);
            }
            sink.write(bytes);
        });
        refused(config, "lm_head.weight differs from model.embed_tokens.weight");
    }

    @Test
    void everyMisfitIsTold() {
        ModelConfig config = Families.read(golden("llama").resolve("config.json"));
        List<TensorInfo> tensors = infos(config, DType.F32);
        tensors.removeIf(tensor -> tensor.name().equals("lm_head.weight"));
        tensors.replaceAll(tensor -> tensor.name().equals("model.layers.1.mlp.down_proj.weight")
                ? new TensorInfo(tensor.name(), DType.I8, Shape.of(128, 64))
                : tensor);
        tensors.add(new TensorInfo("model.layers.0.self_attn.q_proj.bias", DType.F32, Shape.of(64)));
        write(tensors);
        refused(
                config,
                folder + ": 4 problems with the weights:",
                "tensor lm_head.weight [512, 64] is missing",
                "model.safetensors: tensor model.layers.1.mlp.down_proj.weight has the shape [128, 64]; it must be [64, 128]",
                "down_proj.weight has the element type I8; it must be one of [F32, BF16, F16, F64]",
                "model.safetensors: tensor model.layers.0.self_attn.q_proj.bias [64] has no place in a llama model");
    }

    private void refused(ModelConfig config, String... messages) {
        try (ModelDirectory weights = ModelDirectory.open(folder)) {
            assertThatThrownBy(() -> Checkpoint.bind(config, weights))
                    .isInstanceOf(UserException.class)
                    .hasMessageContainingAll(messages);
        }
    }

    private void write(List<TensorInfo> tensors) {
        ModelWriter.write(folder, tensors, Long.MAX_VALUE, CheckpointTest::zeros);
    }

    private static void zeros(TensorInfo tensor, SafetensorsWriter.Sink sink) throws IOException {
        sink.write(ByteBuffer.allocate((int) tensor.bytes()));
    }

    private static List<TensorInfo> infos(ModelConfig config, DType dtype) {
        List<TensorInfo> tensors = new ArrayList<>();
        config.tensors().all().forEach(slot -> tensors.add(new TensorInfo(slot.name(), dtype, slot.shape())));
        return tensors;
    }

    private static Path golden(String model) {
        return Path.of("src/test/resources/golden", model, "model");
    }
}
