package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.io.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code train} refuses of a model, an adapter or the places to write, {@code validate} and {@code plan} refuse in the same words. */
class ModelVerdictTest {
    private static final Path ADAPTER = Path.of("src/test/resources/golden/llama/adapter");

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void write() throws IOException {
        config = TinyRun.config(folder, "max_steps: 1");
    }

    private int newt(String verb, String... overrides) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        List<String> arguments = Stream.concat(
                        Stream.of(
                                verb,
                                config.toString(),
                                "output_dir=" + folder.resolve("out"),
                                "dataset_prepared_path=" + folder.resolve("prepared")),
                        Arrays.stream(overrides))
                .toList();
        return new Dispatcher(
                        List.of(
                                new ValidateCommand(),
                                new PlanCommand(),
                                new TrainCommand(),
                                new MergeLoraCommand(),
                                new PreprocessCommand()),
                        console)
                .run(arguments);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8).replace(folder + "/", "");
    }

    /** What all three say. */
    private String refusal(String... overrides) {
        assertThat(newt("validate", overrides)).as(err()).isEqualTo(2);
        String said = err();
        assertThat(said).doesNotContain("Exception", "\tat ");
        assertThat(newt("plan", overrides)).isEqualTo(2);
        assertThat(err()).isEqualTo(said);
        assertThat(newt("train", overrides)).isEqualTo(2);
        assertThat(err()).isEqualTo(said);
        return said;
    }

    private void copy(Path from, String to) throws IOException {
        Path target = Files.createDirectories(folder.resolve(to));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    private Path model() throws IOException {
        copy(TinyRun.MODEL, "model");
        return folder.resolve("model");
    }

    @Test
    void weightsThatAreCutShortAbsentOrOfAnotherShape() throws IOException {
        Path model = model();
        Path weights = model.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);

        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        assertThat(refusal("base_model=model"))
                .startsWith("argument 'base_model=model': error: base_model: model/model.safetensors: cannot be used:")
                .contains("it is truncated\n");

        Files.delete(weights);
        Files.delete(model.resolve("tokenizer.json"));
        assertThat(refusal("base_model=model"))
                .contains("base_model: model: has neither model.safetensors nor model.safetensors.index.json")
                .contains("base_model: model/tokenizer.json: does not exist");

        Files.write(weights, whole);
        Files.copy(TinyRun.MODEL.resolve("tokenizer.json"), model.resolve("tokenizer.json"));
        Path json = model.resolve("config.json");
        String text = Files.readString(json);
        Files.writeString(json, text.replaceAll("\"intermediate_size\": \\d+", "\"intermediate_size\": 96"));
        assertThat(refusal("base_model=model"))
                .contains("base_model: model: 9 problems with the weights:\n")
                .contains("tensor model.layers.1.mlp.up_proj.weight has the shape [128, 64]; it must be [96, 64]\n");

        Files.writeString(json, text);
        assertThat(newt("validate", "base_model=model")).as(err()).isZero();
    }

    @Test
    void weightsThatAreDrawnAtRandomNeedNoFile() throws IOException {
        Files.delete(model().resolve("model.safetensors"));
        assertThat(newt("validate", "base_model=model", "adapter=", "reinit_weights=true"))
                .as(err())
                .isZero();
    }

    @Test
    void whatIsWrongWithTheModelIsToldBesideWrongKeys() throws IOException {
        Files.delete(model().resolve("model.safetensors"));
        Files.writeString(config, Files.readString(config).replace("lora_alpha: 8", "lora_alhpa: 8"));

        assertThat(refusal("base_model=model"))
                .contains("lora_alhpa is not a known key; did you mean lora_alpha?")
                .contains("base_model: model: has neither model.safetensors nor");
    }

    @Test
    void anAdapterToGoOnWithGivesWhatTheFileLeavesOut() throws IOException {
        copy(ADAPTER, "adapter");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("lora_r: 4\n", "")
                        .replace("lora_alpha: 8\n", "")
                        .replace("lora_dropout: 0.1\n", "")
                        .replace("lora_target_linear: true\n", ""));

        assertThat(newt("plan", "lora_model_dir=adapter")).as(err()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("LoRA of rank 4, alpha 8");
        assertThat(newt("train", "lora_model_dir=adapter")).as(err()).isZero();
        assertThat(Files.readString(folder.resolve("out/adapter_config.json"))).contains("\"r\" : 4");
        assertThat(refusal("lora_model_dir=adapter", "lora_r=8"))
                .contains(
                        "lora_model_dir: the adapter in adapter has other settings than this configuration; set lora_r:"
                                + " 4 instead of 8, or leave these keys out\n");

        Files.delete(folder.resolve("adapter/adapter_model.safetensors"));
        assertThat(refusal("lora_model_dir=adapter"))
                .contains("lora_model_dir: adapter: the adapter has no adapter_model.safetensors\n");
    }

    @Test
    void theFolderOfTheBaseModelIsNoPlaceForTheResult() throws IOException {
        Path model = model();
        Path link = Files.createSymbolicLink(folder.resolve("link"), model);
        byte[] before = Files.readAllBytes(model.resolve("model.safetensors"));
        Files.createDirectories(model.resolve("inner"));
        for (Path spelling : List.of(model, link, model.resolve("../model"), model.resolve("inner/.."))) {
            for (String adapter : List.of("adapter=", "adapter=lora")) {
                assertThat(refusal("base_model=model", adapter, "output_dir=" + spelling))
                        .contains(
                                "output_dir: is the folder of base_model (model), whose files would be replaced; choose"
                                        + " another output_dir\n");
                assertThat(refusal("base_model=link", adapter, "output_dir=" + spelling, "overwrite_output_dir=true"))
                        .contains("output_dir: is the folder of base_model (link), whose files would be replaced");
            }
        }
        assertThat(model.resolve("model.safetensors")).hasBinaryContent(before);
        assertThat(newt("validate", "base_model=model", "output_dir=" + model.resolve("inner")))
                .as(err())
                .isZero();
    }

    @Test
    void neitherIsAFolderWhoseMergedModelOrCheckpointTheBaseIs() throws IOException {
        copy(TinyRun.MODEL, "out/merged");
        copy(TinyRun.MODEL, "out/checkpoint-7");
        copy(ADAPTER, "out");
        byte[] before = Files.readAllBytes(folder.resolve("out/merged/model.safetensors"));

        assertThat(refusal("base_model=out/merged"))
                .contains("(out/merged) lies in its merged, which would be replaced");
        assertThat(refusal("base_model=out/checkpoint-7"))
                .contains("lies in its checkpoint-7, which would be replaced");
        assertThat(newt("merge-lora", "base_model=out/merged")).isEqualTo(2);
        assertThat(err())
                .contains(
                        "output_dir: the merged model would go to out/merged, which is the folder of the base model; it"
                                + " would be replaced. Choose another output_dir\n");
        assertThat(folder.resolve("out/merged/model.safetensors")).hasBinaryContent(before);
    }

    @Test
    void rowsAreNotReplacedByTheRunsOwnFiles() throws IOException {
        Path rows = folder.resolve("out/metrics.jsonl");
        Files.createDirectories(rows.getParent());
        Files.copy(folder.resolve("rows.jsonl"), rows);
        assertThat(refusal("datasets[0].path=out/metrics.jsonl"))
                .contains(
                        "output_dir: the data file out/metrics.jsonl has the name of a file that the run writes there,"
                                + " and would be replaced; choose another output_dir\n");
        Files.move(rows, folder.resolve("out/rows.jsonl"));
        assertThat(newt("validate", "datasets[0].path=out/rows.jsonl"))
                .as(err())
                .isZero();
    }

    /** Names and checksums. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(
                        file.getFileName().toString(),
                        new Sha256().addFile(file).hex());
            }
        }
        return contents;
    }

    @Test
    void whatAnotherConfigurationMadeIsReplacedOnlyWhenAsked() throws IOException {
        assertThat(newt("train")).as(err()).isZero();
        Path adapter = folder.resolve("out/adapter_model.safetensors");
        byte[] made = Files.readAllBytes(adapter);
        Map<String, String> before = contents(folder.resolve("out"));
        for (String saves : List.of("save_strategy=no", "save_strategy=epoch")) {
            assertThat(newt("train", "learning_rate=0.02", saves)).isEqualTo(2);
            assertThat(err())
                    .endsWith("output_dir: out holds what a run with another configuration made, and this one would"
                            + " replace it: adapter_model.safetensors, checkpoint-1; choose another folder, or set"
                            + " overwrite_output_dir: true to have it replaced\n"
                            + "    see newt schema --field output_dir\n");
        }
        assertThat(newt("train", "adapter=")).isEqualTo(2);
        assertThat(newt("train", "learning_rate=0.02", "auto_resume_from_checkpoints=true"))
                .isEqualTo(2);
        assertThat(newt("train", "learning_rate=0.02")).isEqualTo(2);
        assertThat(contents(folder.resolve("out"))).isEqualTo(before);

        assertThat(newt("train")).as("the same again: " + err()).isZero();
        assertThat(adapter).hasBinaryContent(made);
        assertThat(newt("train", "learning_rate=0.02", "overwrite_output_dir=true"))
                .as(err())
                .isZero();
        assertThat(Files.readAllBytes(adapter)).isNotEqualTo(made);
        assertThat(newt("train", "learning_rate=0.02")).as(err()).isZero();
    }

    @Test
    void filesThatNoRunMadeAreReplacedOnlyWhenAsked() throws IOException {
        Path own = Files.createDirectories(folder.resolve("out")).resolve("tokenizer.json");
        Files.writeString(own, "mine");
        Files.writeString(folder.resolve("out/notes.txt"), "mine too");
        Files.createDirectories(folder.resolve("out/checkpoint-1"));

        assertThat(newt("train")).isEqualTo(2);
        assertThat(err())
                .contains("output_dir: out holds files that no run made, and that this one would replace: checkpoint-1,"
                        + " tokenizer.json; choose another folder, or set overwrite_output_dir: true");
        assertThat(own).hasContent("mine");
        assertThat(newt("train", "overwrite_output_dir=true")).as(err()).isZero();
        assertThat(folder.resolve("out/notes.txt")).hasContent("mine too");
    }
}
