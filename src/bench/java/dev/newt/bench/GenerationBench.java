package dev.newt.bench;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.io.JsonDocument;
import dev.newt.model.Decoder;
import dev.newt.model.Generator;
import dev.newt.model.Sampling;
import dev.newt.model.family.Families;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.tensor.DType;
import dev.newt.token.Tokenizer;
import dev.newt.weights.ModelDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Tokens a second of greedy generation, one sequence after the other and all at once, in turn. Arguments: a model's folder, a file of JSON
 * lines of messages (the first is the prompt), the number of sequences, new tokens of each, rounds, BF16 or F32.
 */
public final class GenerationBench {
    private GenerationBench() {}

    private record Measured(double tokensPerSecond, List<List<Integer>> tokens) {}

    public static void main(String[] arguments) throws IOException {
        Path model = Path.of(arguments[0]);
        int sequences = Integer.parseInt(arguments[2]);
        int newTokens = Integer.parseInt(arguments[3]);
        int rounds = Integer.parseInt(arguments[4]);
        DType type = DType.valueOf(arguments[5]);
        List<int[]> prompts = prompts(model, Path.of(arguments[1]), sequences);
        try (DjlEngine engine = DjlEngine.create();
                ModelDirectory weights = ModelDirectory.open(model);
                Decoder decoder = DecoderLoader.load(
                        Families.read(model.resolve("config.json")), weights, engine, type, slot -> WeightUse.FROZEN);
                Generator generator =
                        new Generator(engine, decoder, decoder.spec().maxPositions())) {
            System.out.printf(
                    Locale.ROOT,
                    "%s, %s, %d prompts of %d to %d tokens, %d new tokens each%n",
                    engine.description(),
                    type,
                    sequences,
                    prompts.stream().mapToInt(p -> p.length).min().orElse(0),
                    prompts.stream().mapToInt(p -> p.length).max().orElse(0),
                    newTokens);
            List<Double> ratios = new ArrayList<>();
            for (int round = -1; round < rounds; round++) {
                Measured alone = measure(() -> alone(generator, prompts, newTokens));
                Measured together = measure(() -> generator.generateAll(
                        prompts, newTokens, Set.of(), Sampling.GREEDY, SplittableRandom::new, done -> {}));
                if (round < 0) {
                    // The first round warms up, and tells whether the tokens are the same.
                    int equal = 0;
                    for (int i = 0; i < sequences; i++) {
                        equal += alone.tokens().get(i).equals(together.tokens().get(i)) ? 1 : 0;
                    }
                    System.out.println(equal + " of " + sequences + " continuations equal");
                    continue;
                }
                double ratio = together.tokensPerSecond() / alone.tokensPerSecond();
                ratios.add(ratio);
                System.out.printf(
                        Locale.ROOT,
                        "one by one %.0f tokens/s, together %.0f tokens/s, ratio %.1f%n",
                        alone.tokensPerSecond(),
                        together.tokensPerSecond(),
                        ratio);
            }
            ratios.sort(Comparator.naturalOrder());
            System.out.printf(Locale.ROOT, "median ratio %.1f%n", ratios.get(ratios.size() / 2));
        }
    }

    private static List<int[]> prompts(Path model, Path rows, int count) throws IOException {
        List<int[]> prompts = new ArrayList<>();
        try (Tokenizer tokenizer = Tokenizer.open(model)) {
            for (String line : Files.readAllLines(rows)) {
                if (prompts.size() < count) {
                    String content = JsonDocument.read(line)
                            .path("messages")
                            .path(0)
                            .path("content")
                            .asString();
                    prompts.add(tokenizer.encodeWithSpecialTokens(content));
                }
            }
        }
        return prompts;
    }

    private static List<List<Integer>> alone(Generator generator, List<int[]> prompts, int newTokens) {
        List<List<Integer>> all = new ArrayList<>();
        for (int[] prompt : prompts) {
            all.add(generator.generate(
                    prompt, newTokens, Set.of(), Sampling.GREEDY, new SplittableRandom(0), token -> true));
        }
        return all;
    }

    private static Measured measure(Supplier<List<List<Integer>>> generation) {
        long start = System.nanoTime();
        List<List<Integer>> tokens = generation.get();
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Measured(tokens.stream().mapToInt(List::size).sum() / seconds, tokens);
    }
}
