package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What the program says of input that it cannot use: where it is wrong, what would be right, and nothing else. */
class BadInputTest {
    private static final String ADAPTER = "src/test/resources/golden/llama/adapter";

    private static final String BASE_MODEL = "argument 'base_model=model': error: base_model: ";
    private static final String SEE_BASE_MODEL = "    see newt schema --field base_model\n";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void write() throws IOException {
        config = TinyRun.config(folder, "max_steps: 1");
    }

    /** Runs train, prepared data going into the test's folder. */
    private int run(Path output, String... overrides) {
        List<String> arguments = new ArrayList<>(List.of("train", config.toString()));
        arguments.add("dataset_prepared_path=" + folder.resolve("prepared"));
        arguments.add("output_dir=" + output);
        arguments.addAll(List.of(overrides));
        err.reset();
        Console console = new Console(
                new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(List.of(new TrainCommand()), console).run(arguments);
    }

    private String refusal(String... overrides) {
        return refusalInto(folder.resolve("out"), overrides);
    }

    /** What standard error holds after a run that must be refused, without the folder's own path. */
    private String refusalInto(Path output, String... overrides) {
        int code = run(output, overrides);
        String text = err.toString(StandardCharsets.UTF_8);
        assertThat(code).as(text).isEqualTo(2);
        assertThat(text).doesNotContain("Exception", "\tat ");
        return text.replace(folder + "/", "");
    }

    private void rows(String text) throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), text);
    }

    private void inConfig(String from, String to) throws IOException {
        String text = Files.readString(config);
        assertThat(text).contains(from);
        Files.writeString(config, text.replace(from, to));
    }

    /** A copy of a folder that may be damaged. */
    private Path copy(Path from, String to) throws IOException {
        Path target = Files.createDirectories(folder.resolve(to));
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
        return target;
    }

    private Path model() throws IOException {
        return copy(TinyRun.MODEL, "model");
    }

    /** Changes the header of a safetensors file. */
    private static void editHeader(Path file, UnaryOperator<String> change) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int length = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        String before = new String(bytes, 8, length, StandardCharsets.UTF_8);
        byte[] after = change.apply(before).getBytes(StandardCharsets.UTF_8);
        assertThat(after).isNotEqualTo(before.getBytes(StandardCharsets.UTF_8));
        ByteBuffer changed =
                ByteBuffer.allocate(bytes.length - length + after.length).order(ByteOrder.LITTLE_ENDIAN);
        changed.putLong(after.length).put(after).put(bytes, 8 + length, bytes.length - 8 - length);
        Files.write(file, changed.array());
    }

    @Test
    void keysAndTypesOfTheConfiguration() throws IOException {
        inConfig("lora_alpha: 8", "lora_alhpa: 8");
        inConfig("micro_batch_size: 2", "micro_batch_size: two");
        inConfig("bf16: false", "bf16: maybe");
        inConfig("lora_dropout: 0.1", "lora_dropout: [0.1]");
        inConfig("learning_rate: 0.01", "learning_rate: -1");
        assertThat(refusal())
                .isEqualTo(
                        """
                        config.yaml:2:10: error: an adapter needs lora_alpha, its scale; twice lora_r is usual
                            adapter: lora
                                     ^^^^
                            because the scale belongs to the rank and the learning rate, so it is not guessed
                            see newt schema --field adapter
                        config.yaml:4:1: error: lora_alhpa is not a known key; did you mean lora_alpha?
                            lora_alhpa: 8
                            ^^^^^^^^^^
                            see docs/config-compatibility.md
                        config.yaml:5:15: error: lora_dropout is a list; it takes a number
                            lora_dropout: [0.1]
                                          ^^^^^
                            see newt schema --field lora_dropout
                        config.yaml:13:19: error: micro_batch_size is two; it takes a whole number
                            micro_batch_size: two
                                              ^^^
                            see newt schema --field micro_batch_size
                        config.yaml:16:16: error: learning_rate is -1; it must be more than 0
                            learning_rate: -1
                                           ^^
                            see newt schema --field learning_rate
                        config.yaml:17:7: error: bf16 is maybe; it takes auto, true, false, full
                            bf16: maybe
                                  ^^^^^
                            see newt schema --field bf16
                        """);
    }

    @Test
    void foldersAndFilesOfTheModel() throws IOException {
        assertThat(refusal("base_model=nowhere"))
                .isEqualTo(
                        "argument 'base_model=nowhere': error: base_model: nowhere is not a folder; download the model"
                                + " and give the folder with its config.json, *.safetensors and tokenizer.json\n"
                                + "    see newt schema --field base_model\n");

        Path model = model();
        Files.move(model.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        assertThat(refusal("base_model=model"))
                .isEqualTo(BASE_MODEL + "model/tokenizer.json: does not exist. A model directory with a fast tokenizer"
                        + " (tokenizer.json) is needed\n" + SEE_BASE_MODEL);
        Files.move(folder.resolve("tokenizer.json"), model.resolve("tokenizer.json"));

        Files.delete(model.resolve("model.safetensors"));
        assertThat(refusal("base_model=model"))
                .isEqualTo(BASE_MODEL
                        + "model: has neither model.safetensors nor model.safetensors.index.json; the weights"
                        + " of a model are needed\n" + SEE_BASE_MODEL);

        Files.delete(model.resolve("config.json"));
        assertThat(refusal("base_model=model"))
                .isEqualTo("argument 'base_model=model': error: base_model: model/config.json: not found; a model's"
                        + " folder needs its config.json.\n"
                        + "    see newt schema --field base_model\n");
    }

    @Test
    void weightsThatDoNotFit() throws IOException {
        Path weights = model().resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        editHeader(weights, text -> text.replace("layers.1.mlp.up_proj.weight", "layers.1.mlp.upward.weight"));
        assertThat(refusal("base_model=model"))
                .isEqualTo(
                        """
                        argument 'base_model=model': error: base_model: model: 2 problems with the weights:
                          tensor model.layers.1.mlp.up_proj.weight [128, 64] is missing
                          model.safetensors: tensor model.layers.1.mlp.upward.weight [128, 64] has no place in a llama \
                        model of this config.json
                            see newt schema --field base_model
                        """);

        Files.write(weights, whole);
        editHeader(
                weights,
                text -> text.replaceAll(
                        "(layers\\.1\\.mlp\\.up_proj\\.weight\":\\{[^}]*)\\[128, ?64\\]", "$1[64,128]"));
        assertThat(refusal("base_model=model"))
                .isEqualTo(
                        BASE_MODEL + "model: model.safetensors: tensor model.layers.1.mlp.up_proj.weight has the shape"
                                + " [64, 128]; it must be [128, 64]\n" + SEE_BASE_MODEL);

        Files.write(weights, Arrays.copyOf(whole, whole.length / 2));
        assertThat(refusal("base_model=model"))
                .isEqualTo(
                        BASE_MODEL + "model/model.safetensors: cannot be used: tensor model.layers.0.mlp.up_proj.weight"
                                + " ends at byte 360704 of the elements, and the file holds 351612: it is truncated\n"
                                + SEE_BASE_MODEL);
    }

    @Test
    void rowsThatCannotBeRead() throws IOException {
        rows("{\"text\": \"one\"}\n{\"txt\": \"two\"}\n");
        assertThat(refusal())
                .isEqualTo(
                        "error: rows.jsonl, row 2: has no field \"text\"; its fields are txt. Correct the row, or name"
                                + " the right field or type in the configuration.\n");
        rows("{\"text\": \"one\"}\n{\"text\": null}\n");
        assertThat(refusal()).startsWith("error: rows.jsonl, row 2: field \"text\" is null; ");
        rows("{\"text\": \"one\"}\n{\"text\": {\"a\": 1}}\n");
        assertThat(refusal()).isEqualTo("error: rows.jsonl, row 2: field \"text\" must be text, but is an object.\n");
        rows("{\"text\": \"one\"}\n{\"text\": \"two\n");
        assertThat(refusal())
                .isEqualTo(
                        "error: rows.jsonl, line 2: is not valid JSON: Unexpected end-of-input: was expecting closing"
                                + " quote for a string value\n");
        rows("");
        assertThat(refusal()).isEqualTo("error: datasets: rows.jsonl has no rows.\n");
        Files.delete(folder.resolve("rows.jsonl"));
        assertThat(refusal())
                .isEqualTo("config.yaml:8:11: error: rows.jsonl: does not exist. datasets: path must name a file, a"
                        + " directory or a pattern; relative paths are relative to the configuration's directory.\n"
                        + "      - path: rows.jsonl\n              ^^^^^^^^^^\n"
                        + "    see newt schema --field datasets[].path\n");
    }

    @Test
    void textInAnotherEncodingThanUtf8() throws IOException {
        Files.writeString(folder.resolve("rows.csv"), "text\nplain\ncaf\u00e9 au lait\n", StandardCharsets.ISO_8859_1);
        assertThat(refusal("datasets[0]={path: rows.csv, type: completion}"))
                .isEqualTo("error: rows.csv, line 3: is not text in UTF-8. Convert the file to UTF-8.\n");
    }

    @Test
    void placesForPreparedDataThatCannotBeWritten() throws IOException {
        Files.writeString(folder.resolve("file"), "");
        assertThat(refusal("dataset_prepared_path=" + folder.resolve("file")))
                .isEqualTo("error: dataset_prepared_path: file: cannot be written: file is a file, not a folder.\n");
    }

    @Test
    void rowsWithNothingToLearn() throws IOException {
        inConfig("type: completion", "type: chat_template");
        Files.writeString(config, Files.readString(config) + "chat_template: tokenizer_default\n");
        rows("{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}\n".repeat(3));
        assertThat(refusal())
                .isEqualTo(
                        "error: datasets: nothing is left to train on of 3 rows: 3 without a trained token, the first in"
                                + " rows.jsonl, row 1 (for chat_template see roles_to_train and message_property_mappings, for input_output the labels;"
                                + " train_on_inputs: true trains on everything).\n");
    }

    @Test
    void rowsBeyondTheModelsPositions() throws IOException {
        rows("{\"text\": \"" + "newt ".repeat(600) + "\"}\n");
        assertThat(refusal("sequence_len=512"))
                .isEqualTo("warning: sequence_len is 512, but the model was made for 256 tokens; expect poor"
                        + " results on longer rows\n"
                        + "argument 'sequence_len=512': error: sequence_len: the longest row has 512 tokens, but the"
                        + " model's rotary positions end at 256 (max_position_embeddings of its config.json); set"
                        + " sequence_len: 256 and choose by excess_length_strategy whether longer rows are dropped or"
                        + " truncated\n"
                        + "    see newt schema --field sequence_len\n");
    }

    @Test
    void adaptersThatDoNotFit() throws IOException {
        assertThat(refusal("lora_model_dir=nowhere"))
                .isEqualTo(
                        "argument 'lora_model_dir=nowhere': error: lora_model_dir: nowhere: not an adapter's folder, it has"
                                + " no adapter_config.json\n    see newt schema --field lora_model_dir\n");

        Path adapter = copy(Path.of(ADAPTER), "adapter");
        assertThat(refusal("lora_model_dir=adapter", "lora_r=16"))
                .isEqualTo("argument 'lora_model_dir=adapter': error: lora_model_dir: the adapter in adapter has other"
                        + " settings than this configuration; set lora_r: 4 instead of 16, lora_dropout: 0.0 instead of"
                        + " 0.1, or leave these keys out\n"
                        + "    see newt schema --field lora_model_dir\n");
        assertThat(refusal(
                        "lora_model_dir=adapter",
                        "lora_dropout=0",
                        "lora_target_linear=false",
                        "lora_target_modules=[q_proj]"))
                .isEqualTo(
                        "argument 'lora_model_dir=adapter': error: lora_model_dir: the adapter in adapter adapts other"
                                + " projections than this configuration; leave lora_target_linear and lora_target_modules"
                                + " out, or set lora_target_modules as target_modules of its adapter_config.json\n"
                                + "    see newt schema --field lora_model_dir\n");

        Path settings = adapter.resolve("adapter_config.json");
        String text = Files.readString(settings);
        Files.writeString(settings, text.replace("q_proj", "query_key_value"));
        assertThat(refusal("lora_model_dir=adapter", "lora_dropout=0"))
                .isEqualTo("argument 'lora_model_dir=adapter': error: lora_model_dir: the adapter in adapter is not for"
                        + " this model: lora_target_modules: no projection is named query_key_value; this model has"
                        + " down_proj, gate_proj, k_proj, o_proj, q_proj, up_proj, v_proj. The embedding and the head are"
                        + " trained in full by lora_modules_to_save\n"
                        + "    see newt schema --field lora_model_dir\n");

        Files.writeString(settings, text.replaceAll("\"r\": 4", "\"r\": 8"));
        assertThat(refusal("lora_model_dir=adapter", "lora_dropout=0", "lora_r=8"))
                .startsWith(
                        "argument 'lora_model_dir=adapter': error: lora_model_dir: adapter/adapter_model.safetensors: 42 problems with the adapter:\n"
                                + "  adapter_model.safetensors: tensor base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
                                + " has the shape [4, 64]; it must be [8, 64]\n")
                .endsWith("\n  and 22 more\n    see newt schema --field lora_model_dir\n");

        Files.writeString(settings, text);
        Files.delete(adapter.resolve("adapter_model.safetensors"));
        assertThat(refusal("lora_model_dir=adapter", "lora_dropout=0"))
                .isEqualTo("argument 'lora_model_dir=adapter': error: lora_model_dir: adapter: the adapter has no"
                        + " adapter_model.safetensors\n    see newt schema --field lora_model_dir\n");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void placesToWrite() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(refusalInto(file))
                .isEqualTo("argument 'output_dir=file': error: output_dir: file: cannot be written: file is a file, not"
                        + " a folder.\n"
                        + "    see newt schema --field output_dir\n");
        assertThat(refusalInto(Path.of("/proc/newt")))
                .isEqualTo("argument 'output_dir=/proc/newt': error: output_dir: /proc/newt: cannot be written: its"
                        + " folder does not exist and cannot be created. Choose another folder.\n"
                        + "    see newt schema --field output_dir\n");
    }

    @Test
    void aCheckpointOfOtherBaseWeights() throws IOException {
        Path weights = model().resolve("model.safetensors");
        assertThat(run(folder.resolve("out"), "base_model=model")).isZero();
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);

        assertThat(refusal("base_model=model", "auto_resume_from_checkpoints=true"))
                .isEqualTo(
                        "error: out/checkpoint-1 was written by a run on other weights of the base model: the settings"
                                + " are the same, but the content of the model's files has changed since, and what was trained"
                                + " belongs to what it was. Put the former files back, or start anew without resuming.\n");
        assertThat(refusal("base_model=model", "lora_dropout=0", "auto_resume_from_checkpoints=true"))
                .endsWith("  lora_dropout: was 0.1, is 0\n  and the base model's files have another content\n");

        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        assertThat(run(folder.resolve("out"), "base_model=model", "auto_resume_from_checkpoints=true"))
                .isZero();
    }

    @Test
    void aCheckpointOfOtherRows() throws IOException {
        assertThat(run(folder.resolve("out"))).isZero();
        TinyRun.rows(folder.resolve("rows.jsonl"), 47);

        assertThat(refusal("auto_resume_from_checkpoints=true"))
                .startsWith(
                        "error: out/checkpoint-1 was written by a run on other rows: the settings are the same, but");
    }

    @Test
    void aCheckpointThatDoesNotHoldItsSettings() throws IOException {
        assertThat(run(folder.resolve("out"))).isZero();
        Path state = folder.resolve("out/checkpoint-1/trainer_state.json");
        ObjectNode written = (ObjectNode) JsonMapper.shared().readTree(Files.readString(state));
        assertThat(written.remove("identity")).isNotNull();
        Files.writeString(state, written.toString());

        assertThat(refusal("learning_rate=0.02", "auto_resume_from_checkpoints=true"))
                .isEqualTo(
                        "error: out/checkpoint-1 was written by a run with another configuration, data or model; going"
                                + " on from it would mix the two. Which keys differ cannot be told: an earlier version of Newt"
                                + " wrote this checkpoint without its settings. Use the configuration that wrote it, or another"
                                + " output_dir, or start anew without resuming.\n");
        assertThat(run(folder.resolve("out"), "auto_resume_from_checkpoints=true"))
                .isZero();
    }

    @Test
    void checkpointsOfOtherRuns() throws IOException {
        assertThat(run(folder.resolve("out"))).isZero();
        String refused = "error: out/checkpoint-1 was written by a run with other settings; going on from it would mix"
                + " the two. Set these as they were, or choose another output_dir, or start anew without resuming:\n";
        assertThat(refusal("learning_rate=0.02", "lora_r=8", "auto_resume_from_checkpoints=true"))
                .isEqualTo(refused + "  learning_rate: was 0.01, is 0.02\n  lora_r: was 4, is 8\n");
        assertThat(refusal(
                        "lora_dropout=0",
                        "max_steps=9",
                        "resume_from_checkpoint=" + folder.resolve("out/checkpoint-1")))
                .isEqualTo(refused + "  lora_dropout: was 0.1, is 0\n  max_steps: was 1, is 9\n");
        inConfig("lora_r: 4", "lora_r: 2");
        assertThat(refusal("auto_resume_from_checkpoints=true")).isEqualTo(refused + "  lora_r: was 4, is 2\n");
        inConfig("lora_r: 2", "lora_r: 4");
        assertThat(refusal("resume_from_checkpoint=nothing"))
                .isEqualTo("error: resume_from_checkpoint: nothing is not a folder. Name a checkpoint-<step> folder, or"
                        + " set auto_resume_from_checkpoints: true to take the latest of output_dir.\n");
    }
}
