package dev.newt.bench;

import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.tensor.DType;
import dev.newt.weights.ModelWriter;
import dev.newt.weights.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A run whose memory is measured: a model with random weights, rows of running text, a configuration.
 *
 * @param keys lines of the configuration
 */
record MemoryCase(String name, Shape shape, List<String> keys) {
    /** The numbers of a config.json. */
    record Shape(
            String family,
            int hidden,
            int intermediate,
            int layers,
            int heads,
            int kvHeads,
            int vocabulary,
            boolean tied) {
        static final Shape SMALL = new Shape("llama", 256, 704, 6, 4, 2, 4096, false);
        static final Shape MIDDLE = new Shape("qwen2", 512, 1408, 8, 8, 4, 16_384, true);
        static final Shape WIDE = new Shape("mistral", 1024, 4096, 4, 16, 4, 16_384, false);
        static final Shape EXPERTS = new Shape("mixtral", 512, 1024, 4, 8, 4, 16_384, false);
        static final Shape SMOLLM = new Shape("llama", 576, 1536, 30, 9, 3, 49_152, true);

        private String json() {
            return """
                    {"model_type": "%s", "architectures": ["LlamaForCausalLM"], "hidden_size": %d, "intermediate_size": %d,
                     "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": %d, "vocab_size": %d,
                     "tie_word_embeddings": %b, "max_position_embeddings": 8192, "sliding_window": null,
                     "torch_dtype": "bfloat16"}
                    """
                    .formatted(family, hidden, intermediate, layers, heads, kvHeads, vocabulary, tied);
        }
    }

    static MemoryCase of(String name, Shape shape, String... keys) {
        return new MemoryCase(name, shape, List.of(keys));
    }

    /** Writes all that the run reads, and returns its configuration. */
    Path write(Path folder, Path tokenizer, Path text) throws IOException {
        Path config = writeConfig(folder, text);
        Path model = folder.resolve("model");
        for (String file : List.of("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")) {
            Files.copy(tokenizer.resolve(file), model.resolve(file));
        }
        writeWeights(Families.read(model.resolve("config.json")), model);
        return config;
    }

    /** Writes what a plan reads. */
    Path writeConfig(Path folder, Path text) throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        Files.writeString(model.resolve("config.json"), shape.json());
        return Files.writeString(
                folder.resolve("config.yaml"),
                """
                base_model: model
                datasets:
                  - path: %s
                    ds_type: json
                    type: completion
                max_steps: 1
                learning_rate: 1e-4
                optimizer: adamw_torch
                logging_steps: 1
                output_dir: out
                """
                                .formatted(text)
                        + String.join("\n", keys) + "\n");
    }

    /** In bfloat16, as most models come. */
    private static void writeWeights(ModelConfig model, Path folder) throws IOException {
        List<TensorInfo> tensors = model.tensors().all().stream()
                .map(slot -> new TensorInfo(slot.name(), DType.BF16, slot.shape()))
                .toList();
        SplittableRandom random = new SplittableRandom(1);
        ModelWriter.write(folder, tensors, ModelWriter.DEFAULT_SHARD_BYTES, (tensor, sink) -> {
            ByteBuffer bytes =
                    ByteBuffer.allocate(Math.toIntExact(tensor.bytes())).order(ByteOrder.LITTLE_ENDIAN);
            boolean norm = tensor.shape().rank() == 1;
            while (bytes.hasRemaining()) {
                float value = norm ? 1 : (float) (0.02 * random.nextGaussian());
                bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
            }
            sink.write(bytes.flip());
        });
    }
}
