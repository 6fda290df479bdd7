package dev.newt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    @ParameterizedTest
    @CsvSource({"llama, FROZEN", "llama, NF4", "mistral, FROZEN", "qwen2, FROZEN", "mixtral, FROZEN", "mixtral, NF4"})
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
                            slot -> slot.isQuantised()
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

    /** More prompts than places at the end too: those that end early leave room. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "mistral", "qwen2", "mixtral"})
    void manyAtOnceAreContinuedAsEachAlone(String family) {
        Path folder = Path.of("src/test/resources/golden").resolve(family).resolve("model");
        ModelConfig config = Families.read(folder.resolve("config.json"));
        try (DjlEngine engine = DjlEngine.create(1);
                ModelDirectory weights = ModelDirectory.open(folder);
                Decoder decoder = DecoderLoader.load(config, weights, engine, DType.F64, slot -> WeightUse.FROZEN);
                Generator generator = new Generator(engine, decoder, 48)) {
            List<int[]> prompts = new ArrayList<>();
            Random random = new Random(4);
            for (int i = 0; i < 90; i++) {
                prompts.add(random.ints(1 + random.nextInt(40), 4, 500).toArray());
            }
            // Tokens that some continuations meet and others do not.
            Set<Integer> ends = Set.of(7, 50, 99, 120, 121, 300, 301, 302, 411);
            for (Sampling sampling : List.of(Sampling.GREEDY, new Sampling(1.5, 0.95, 40))) {
                List<Integer> finished = new ArrayList<>();
                List<List<Integer>> together =
                        generator.generateAll(prompts, 20, ends, sampling, SplittableRandom::new, finished::add);
                assertThat(finished)
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, prompts.size()).boxed().toList());
                for (int i = 0; i < prompts.size(); i++) {
                    assertThat(together.get(i))
                            .as(sampling + " prompt " + i)
                            .isEqualTo(generator.generate(
                                    prompts.get(i), 20, ends, sampling, new SplittableRandom(i), token -> true));
                }
                assertThat(together.stream().mapToInt(List::size).distinct().count())
                        .as("lengths of continuations")
                        .isGreaterThan(2);
            }
            assertThat(generator.generateAll(List.of(), 5, ends, Sampling.GREEDY, SplittableRandom::new, i -> {}))
                    .isEmpty();
            assertThat(generator.generateAll(prompts, 0, ends, Sampling.GREEDY, SplittableRandom::new, i -> {}))
                    .hasSize(90)
                    .allMatch(List::isEmpty);
        }
    }

    @Test
    void promptsThatLeaveNoRoomAreRefused() {
        Path folder = Path.of("src/test/resources/golden/llama/model");
        ModelConfig config = Families.read(folder.resolve("config.json"));
        try (DjlEngine engine = DjlEngine.create(1);
                ModelDirectory weights = ModelDirectory.open(folder);
                Decoder decoder = DecoderLoader.load(config, weights, engine, DType.F32, slot -> WeightUse.FROZEN);
                Generator generator = new Generator(engine, decoder, 8)) {
            List<int[]> prompts = List.of(new int[] {5}, new int[8]);
            assertThatThrownBy(() -> generator.generateAll(
                            prompts, 5, Set.of(), Sampling.GREEDY, SplittableRandom::new, i -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a prompt of 8 tokens");
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
