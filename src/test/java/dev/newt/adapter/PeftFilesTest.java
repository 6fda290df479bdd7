package dev.newt.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.io.UserException;
import dev.newt.model.Decoder;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.tensor.DType;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.tensor.Value;
import dev.newt.weights.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeftFilesTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final int[] TOKENS = {1, 17, 300, 44, 5, 99, 200, 411};
    private static DjlEngine engine;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        engine = DjlEngine.create(1);
    }

    @AfterAll
    static void stop() {
        assertThat(engine.allocatedBytes()).as("native memory left behind").isZero();
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({
        "llama, adapter",
        "llama, adapter_dora",
        "llama, adapter_rslora",
        "mixtral, adapter",
        "mixtral, adapter_experts"
    })
    void writesWhatPeftWroteAndReadsItBack(String family, String adapter) throws IOException {
        Path original = GOLDEN.resolve(family).resolve(adapter);
        try (Lora lora = PeftWeights.load(original, base(family), engine)) {
            PeftWeights.save(lora, folder, "../model", engine);
            assertThat(PeftFiles.readSettings(folder)).isEqualTo(PeftFiles.readSettings(original));
            assertThat(Files.mismatch(original.resolve(PeftFiles.WEIGHTS), folder.resolve(PeftFiles.WEIGHTS)))
                    .as("first byte that differs from peft's own file")
                    .isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @CsvSource({"llama, adapter", "llama, adapter_dora", "llama, adapter_rslora", "mixtral, adapter_experts"})
    void mergesToTheSameLogits(String family, String adapter) {
        Path directory = GOLDEN.resolve(family).resolve(adapter);
        float[] adapted;
        try (Lora lora = PeftWeights.load(directory, base(family), engine)) {
            adapted = logits(lora.decoder());
        }
        ModelConfig config = config(family);
        try (ModelDirectory weights =
                ModelDirectory.open(GOLDEN.resolve(family).resolve("model"))) {
            assertThat(MergedWeights.write(config, weights, directory, folder, engine))
                    .isFalse();
        }
        try (ModelDirectory weights = ModelDirectory.open(folder);
                Decoder merged = DecoderLoader.load(config, weights, engine, DType.F32, slot -> WeightUse.FROZEN)) {
            assertClose(logits(merged), adapted);
        }
    }

    @Test
    void trainsACopyOfATiedWeightForEachOfItsPlaces() {
        LoraSettings settings =
                new LoraSettings(2, 4, 0, false, false, Targets.named("q_proj"), List.of("embed_tokens", "lm_head"));
        try (Lora lora = Lora.initialise(base("llama_tied"), settings, engine, 7)) {
            assertThat(lora.trainable())
                    .extracting(TrainableParameter::name)
                    .contains("base_model.model.model.embed_tokens.weight", "base_model.model.lm_head.weight");
            Tensor embedding =
                    named(lora, "base_model.model.model.embed_tokens.weight").master();
            engine.scale(List.of(embedding), 1.5);
            float[] adapted = logits(lora.decoder());
            PeftWeights.save(lora, folder, "base", engine);
            try (Lora again = PeftWeights.load(folder, base("llama_tied"), engine)) {
                assertThat(logits(again.decoder())).isEqualTo(adapted);
            }
        }
    }

    @Test
    void aFreshAdapterChangesNothing() {
        float[] before;
        try (Decoder base = base("llama")) {
            before = logits(base);
        }
        LoraSettings settings = new LoraSettings(4, 8, 0, false, true, Targets.ALL_LINEAR, List.of());
        try (Lora lora = Lora.initialise(base("llama"), settings, engine, 3)) {
            assertClose(logits(lora.decoder()), before);
        }
    }

    /** Under transformers 4 all of these are linear layers to peft. */
    @Test
    void allProjectionsOfAMixtureAreItsExpertsAndItsRouterToo() {
        LoraSettings all = new LoraSettings(4, 8, 0, false, false, Targets.ALL_LINEAR, List.of());
        try (Lora lora = Lora.initialise(base("mixtral"), all, engine, 3);
                Lora named = PeftWeights.load(GOLDEN.resolve("mixtral/adapter_experts"), base("mixtral"), engine)) {
            assertThat(lora.trainable())
                    .extracting(TrainableParameter::name)
                    .containsExactlyInAnyOrderElementsOf(named.trainable().stream()
                            .map(TrainableParameter::name)
                            .toList());
        }
        LoraSettings router = new LoraSettings(4, 8, 0, false, false, Targets.named("gate"), List.of());
        try (Lora lora = Lora.initialise(base("mixtral"), router, engine, 3)) {
            assertThat(lora.trainable())
                    .extracting(TrainableParameter::name)
                    .containsExactly(
                            "base_model.model.model.layers.0.block_sparse_moe.gate.lora_A.weight",
                            "base_model.model.model.layers.0.block_sparse_moe.gate.lora_B.weight",
                            "base_model.model.model.layers.1.block_sparse_moe.gate.lora_A.weight",
                            "base_model.model.model.layers.1.block_sparse_moe.gate.lora_B.weight");
        }
    }

    @Test
    void refusesAnAdapterOfAnotherModelWithAllThatIsWrong() {
        Decoder other = base("llama_tied");
        assertThatThrownBy(() -> PeftWeights.load(GOLDEN.resolve("llama/adapter"), other, engine))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("problems with the adapter")
                .hasMessageContaining("has the shape");
        other.close();
    }

    @Test
    void refusesOptionsThatItWouldHaveToIgnore() throws IOException {
        String config = Files.readString(GOLDEN.resolve("llama/adapter/adapter_config.json"));
        Files.writeString(
                folder.resolve("adapter_config.json"),
                config.replace("\"rank_pattern\": {}", "\"rank_pattern\": {\"q_proj\": 8}"));
        assertThatThrownBy(() -> PeftFiles.readSettings(folder))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("rank_pattern is {\"q_proj\":8}, which is not supported");
    }

    private static TrainableParameter named(Lora lora, String name) {
        return lora.trainable().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static ModelConfig config(String family) {
        return Families.read(GOLDEN.resolve(family).resolve("model/config.json"));
    }

    private static Decoder base(String family) {
        try (ModelDirectory weights = ModelDirectory.open(GOLDEN.resolve(family).resolve("model"))) {
            return DecoderLoader.load(config(family), weights, engine, DType.F32, slot -> WeightUse.FROZEN);
        }
    }

    private static float[] logits(Decoder decoder) {
        try (Tape tape = Tape.inference(engine);
                Parameter.Lease head = decoder.parameters().head().lease()) {
            Value hidden = decoder.hidden(tape, TOKENS, Segments.ofLengths(TOKENS.length), false);
            try (Tensor logits = engine.linear(hidden.tensor(), head.tensor(), Optional.empty())) {
                return engine.downloadFloats(logits);
            }
        }
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).isCloseTo(expected[i], within(2e-4f));
        }
    }
}
