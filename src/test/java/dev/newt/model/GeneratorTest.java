package dev.newt.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.tensor.DType;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.Value;
import dev.newt.weights.ModelDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GeneratorTest {
    @ParameterizedTest
    @CsvSource({"llama, FROZEN", "llama, NF4", "mistral, FROZEN", "qwen2, FROZEN"})
    void continuesWithACacheAsItWouldWithout(String family, WeightUse use) {
        Path folder = Path.of("src/test/resources/golden").resolve(family).resolve("model");
        ModelConfig config = Families.read(folder.resolve("config.json"));
        try (DjlEngine engine = DjlEngine.create(1)) {
            try (ModelDirectory weights = ModelDirectory.open(folder);
                    Decoder decoder = DecoderLoader.load(
                            config,
                            weights,
                            engine,
                            DType.F32,
                            slot -> slot.role().isLinear() && slot.role() != Role.HEAD && !slot.bias()
                                    ? use
                                    : WeightUse.FROZEN);
                    Generator generator = new Generator(engine, decoder, 64)) {
                int[] prompt = {1, 40, 77, 200, 13, 8, 300};
                List<Integer> expected = withoutCache(engine, decoder, prompt, 25);
                for (int repeat = 0; repeat < 2; repeat++) {
                    assertThat(generator.generate(prompt, 25, Set.of(), Sampling.GREEDY, new Random(0), token -> true))
                            .isEqualTo(expected);
                }
                Integer end = expected.get(4);
                assertThat(generator.generate(prompt, 25, Set.of(end), Sampling.GREEDY, new Random(0), token -> true))
                        .isEqualTo(expected.subList(0, expected.indexOf(end)));
                assertThat(generator.generate(prompt, 1000, Set.of(), Sampling.GREEDY, new Random(0), token -> true))
                        .as("stops where the cache ends")
                        .hasSize(64 - prompt.length + 1);
            }
            assertThat(engine.allocatedBytes()).isZero();
        }
    }

    private static List<Integer> withoutCache(DjlEngine engine, Decoder decoder, int[] prompt, int count) {
        List<Integer> tokens = new ArrayList<>();
        for (int id : prompt) {
            tokens.add(id);
        }
        for (int i = 0; i < count; i++) {
            int[] ids = tokens.stream().mapToInt(Integer::intValue).toArray();
            try (Tape tape = Tape.inference(engine);
                    Parameter.Lease head = decoder.parameters().head().lease()) {
                Value hidden = decoder.hidden(tape, ids, Segments.ofLengths(ids.length), false);
                Value last = tape.rows(hidden, ids.length - 1L, ids.length);
                try (Tensor logits = engine.linear(last.tensor(), head.tensor(), Optional.empty())) {
                    tokens.add(Sampling.GREEDY.draw(engine.downloadFloats(logits), new Random(0)));
                }
            }
        }
        return tokens.subList(prompt.length, tokens.size());
    }
}
