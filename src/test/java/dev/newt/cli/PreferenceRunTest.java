package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code rl: dpo} from a YAML file, as a user meets it: against TRL's numbers, packed, evaluated, resumed. */
@Tag("slow")
class PreferenceRunTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden").toAbsolutePath();
    private static final Path PREFERENCES =
            Path.of("examples/data/preferences-sample.jsonl").toAbsolutePath();
    private static final List<String> METRICS = List.of(
            "rewards/chosen",
            "rewards/rejected",
            "rewards/accuracies",
            "rewards/margins",
            "logps/chosen",
            "logps/rejected");
    private static final double TRAJECTORY = 1e-3;

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private String newt(String verb, Path config, String... overrides) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        List<String> arguments = new ArrayList<>(List.of(
                verb,
                config.toString(),
                "output_dir=" + config.resolveSibling("out"),
                "dataset_prepared_path=" + config.resolveSibling("prepared")));
        arguments.addAll(List.of(overrides));
        int code = new Dispatcher(List.of(new TrainCommand(), new PlanCommand(), new PreprocessCommand()), console)
                .run(arguments);
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private Path config(String name, String text) throws IOException {
        return Files.writeString(Files.createDirectories(folder.resolve(name)).resolve("config.yaml"), text);
    }

    private List<JsonNode> lines(String name, String kind) throws IOException {
        return RunFolderCheck.metrics(folder.resolve(name).resolve("out/metrics.jsonl")).stream()
                .filter(line -> line.path("kind").asString().equals(kind))
                .toList();
    }

    /** TRL's rows, which are tokens already, in their order. */
    private String goldenRun(String name, String model, int accumulation, String learningRate, String more)
            throws IOException {
        StringBuilder rows = new StringBuilder();
        JsonMapper.shared()
                .readTree(GOLDEN.resolve("objectives/pairs.json").toFile())
                .get("pairs")
                .forEach(pair -> rows.append(pair).append('\n'));
        Files.createDirectories(folder.resolve(name));
        Files.writeString(folder.resolve(name).resolve("pairs.jsonl"), rows);
        return """
                base_model: %s
                rl: dpo
                datasets: [{path: pairs.jsonl}]
                shuffle_merged_datasets: false
                curriculum_sampling: true
                sequence_len: 64
                micro_batch_size: 2
                gradient_accumulation_steps: %d
                num_epochs: %d
                optimizer: adamw_torch
                learning_rate: %s
                lr_scheduler: linear
                warmup_steps: 0
                bf16: false
                logging_steps: 1
                save_strategy: no
                %s
                """
                .formatted(GOLDEN.resolve(model).resolve("model"), accumulation, accumulation, learningRate, more);
    }

    private void compareWithTrl(String run, String model, int accumulation, String learningRate, String more)
            throws IOException {
        newt("train", config(run, goldenRun(run, model, accumulation, learningRate, more)));

        JsonNode recorded = JsonMapper.shared()
                .readTree(GOLDEN.resolve("objectives").resolve(run + ".json").toFile())
                .get("steps");
        List<JsonNode> steps = lines(run, "train");
        assertThat(steps).hasSize(10).hasSize(recorded.size());
        for (int i = 0; i < steps.size(); i++) {
            for (String metric : List.of("loss", "grad_norm", "logps/chosen", "logps/rejected")) {
                double expected = recorded.get(i).get(metric).asDouble();
                assertThat(steps.get(i).get(metric).asDouble())
                        .as("%s, step %d: %s", run, i, metric)
                        .isCloseTo(expected, within(TRAJECTORY * Math.abs(expected)));
            }
            assertThat(steps.get(i).get("rewards/accuracies").asDouble())
                    .isEqualTo(recorded.get(i).get("rewards/accuracies").asDouble());
        }
    }

    private static String adapter() {
        return "adapter: lora\nlora_model_dir: " + GOLDEN.resolve("llama/adapter");
    }

    @Test
    void anAdapterTakesTrlsSteps() throws IOException {
        compareWithTrl("dpo_sigmoid", "llama", 1, "1e-3", adapter());
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("the reference of rl: dpo is base_model without the adapter of lora_model_dir");
    }

    @Test
    void soItDoesWithPairsAccumulatedOverTwoPasses() throws IOException {
        compareWithTrl("dpo_sigmoid_accum2", "llama", 2, "1e-3", adapter());
    }

    @Test
    void allWeightsTakeTrlsStepsAgainstAFrozenCopy() throws IOException {
        compareWithTrl("dpo_sigmoid_full", "llama_tied", 1, "2e-4", "");
        assertThat(folder.resolve("dpo_sigmoid_full/out/model.safetensors")).exists();
    }

    /** All 20 pairs in one step: however they share bins, loss, gradient and metrics are the same. */
    @Test
    void packedPairsAreTrainedAsUnpackedOnes() throws IOException {
        String text = goldenRun("unpacked", "llama", 1, "1e-3", adapter());
        Path unpacked = config("unpacked", text);
        newt("train", unpacked, "micro_batch_size=20", "max_steps=3");
        goldenRun("packed", "llama", 1, "1e-3", adapter());
        Path packed = config("packed", text);
        // A bin has room for two answers of 32 tokens: for one pair or a few.
        newt("train", packed, "micro_batch_size=20", "max_steps=3", "sample_packing=true", "sequence_len=32");

        List<JsonNode> expected = lines("unpacked", "train");
        List<JsonNode> actual = lines("packed", "train");
        assertThat(actual).hasSize(3).hasSameSizeAs(expected);
        for (int i = 0; i < 3; i++) {
            assertThat(actual.get(i).get("tokens").asLong())
                    .isEqualTo(expected.get(i).get("tokens").asLong());
            for (String metric : Stream.concat(Stream.of("loss", "grad_norm"), METRICS.stream())
                    .toList()) {
                double value = expected.get(i).get(metric).asDouble();
                assertThat(actual.get(i).get(metric).asDouble())
                        .as("step %d: %s", i, metric)
                        .isCloseTo(value, within(1e-5 * Math.max(1, Math.abs(value))));
            }
        }
    }

    private Path exampleRun(String name, String more) throws IOException {
        return config(
                name,
                """
                base_model: %s
                rl: dpo
                adapter: lora
                lora_r: 4
                lora_alpha: 8
                lora_dropout: 0.1
                lora_target_linear: true
                datasets:
                  - path: %s
                    type: chat_template.default
                    split: train[:48]
                sequence_len: 160
                sample_packing: true
                micro_batch_size: 2
                gradient_accumulation_steps: 2
                max_steps: 6
                learning_rate: 0.005
                bf16: false
                logging_steps: 1
                eval_table_size: 2
                eval_max_new_tokens: 2
                %s
                """
                        .formatted(Path.of("examples/models/newt-tiny").toAbsolutePath(), PREFERENCES, more));
    }

    @Test
    void evaluatesPairsAndReportsRewards() throws IOException {
        String text = newt("train", exampleRun("evaluated", "val_set_size: 8\neval_steps: 3"));

        assertThat(text)
                .contains("data: 48 pairs of 48 rows, ", ", 8 held out")
                .containsPattern("step 6: evaluation loss 0\\.\\d{4}, over [0-9,]+ tokens")
                .containsPattern("(?m)^  rewards/chosen \\S+, rewards/rejected \\S+, rewards/accuracies ")
                .doesNotContain("perplexity");
        List<JsonNode> evaluations = lines("evaluated", "eval");
        assertThat(evaluations).hasSize(2);
        assertThat(evaluations.get(1).has("eval_perplexity")).isFalse();
        assertThat(evaluations.get(1).get("eval_loss").asDouble()).isBetween(0.0, Math.log(2));
        assertThat(evaluations.get(1).get("eval_rewards/margins").asDouble()).isPositive();
        assertThat(evaluations.get(1).get("eval_rewards/accuracies").asDouble()).isBetween(0.5, 1.0);
        assertThat(folder.resolve("evaluated/out/report.html"))
                .content()
                .contains("rewards, training", "rewards, evaluation", "logps, training", "margins")
                .doesNotContain("perplexity");
    }

    /** Half of a run, taken up by another with a copy of its checkpoint: the same bits, however rows are read. */
    @Test
    void aResumedRunEndsWithTheSameBits() throws IOException {
        resumes("prepared", "val_set_size: 8\neval_steps: 2");
        resumes(
                "streamed",
                "streaming: true\nstreaming_multipack_buffer_size: 10\neval_steps: 3\ntest_datasets: [{path: "
                        + PREFERENCES + ", type: chat_template.default, split: \"train[:6]\"}]");
        assertThat(lines("streamed-resumed", "eval")).hasSize(2);
    }

    private void resumes(String name, String more) throws IOException {
        String text = more + "\nsave_steps: 2\nauto_resume_from_checkpoints: true";
        newt("train", exampleRun(name, text));
        Path whole = folder.resolve(name).resolve("out");
        Path half = Files.createDirectories(folder.resolve(name + "-resumed").resolve("out"));
        for (String file : List.of("metrics.jsonl", "newt.yaml", "plan.json")) {
            Files.copy(whole.resolve(file), half.resolve(file));
        }
        copy(whole.resolve("checkpoint-2"), half.resolve("checkpoint-2"));

        String resumed = newt("train", exampleRun(name + "-resumed", text));

        assertThat(resumed).contains("resuming after step 2 of 6");
        assertThat(half.resolve("adapter_model.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("adapter_model.safetensors"));
        assertThat(values(name + "-resumed")).isEqualTo(values(name)).hasSize(6);
    }

    private List<String> values(String name) throws IOException {
        return lines(name, "train").stream()
                .map(line -> Stream.concat(Stream.of("step", "loss", "grad_norm", "tokens"), METRICS.stream())
                        .map(key -> line.path(key).toString())
                        .toList()
                        .toString())
                .toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    /** What is trained whole beside an adapter cannot be switched off, so a copy is kept: before the first step all rewards are 0. */
    @Test
    void modulesThatAreSavedHaveTheirOwnReference() throws IOException {
        Path config = exampleRun("saved", "lora_modules_to_save: [lm_head]\nlora_dropout: 0\nlearning_rate: 0.01")
                .toAbsolutePath();
        String once =
                Files.readString(config).replace("lora_dropout: 0.1\n", "").replace("learning_rate: 0.005\n", "");
        Files.writeString(config, once);

        String text = newt("plan", config);
        newt("train", config, "max_steps=3", "warmup_steps=0");

        assertThat(text).contains("DPO, beta 0.1, compared with a frozen copy of the base model");
        List<JsonNode> steps = lines("saved", "train");
        assertThat(steps.get(0).get("rewards/margins").asDouble()).isCloseTo(0, within(1e-4));
        assertThat(steps.get(0).get("loss").asDouble()).isCloseTo(Math.log(2), within(1e-4));
        assertThat(Math.abs(steps.get(2).get("rewards/chosen").asDouble())).isGreaterThan(1e-2);
    }

    @Test
    void preprocessShowsPairs() throws IOException {
        String text = newt("preprocess", exampleRun("shown", ""), "--show", "1", "--debug", "1");

        assertThat(text)
                .contains("data: 48 pairs of 48 rows", "pair 0, chosen answer: ", "pair 0, rejected answer: ")
                .contains("  pairs  ", "answers by tokens")
                .doesNotContain("pair 1,");
        JsonNode first;
        try (Stream<String> rows = Files.lines(Path.of("examples/data/preferences-sample.jsonl"))) {
            first = JsonMapper.shared().readTree(rows.findFirst().orElseThrow());
        }
        for (String answer : List.of("chosen", "rejected")) {
            assertThat(text).contains("[[" + first.path(answer).asString() + "<|end|>]]");
        }
        assertThat(folder.resolve("shown/out/data.html")).content().contains("Pair 0, rejected answer");
    }
}
