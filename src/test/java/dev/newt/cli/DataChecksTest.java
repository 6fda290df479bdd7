package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Data that can be read but would not train what is meant stop a run, with place and remedy; data that are meant so pass. */
@Timeout(120)
@Tag("slow")
class DataChecksTest {
    private static final String GOOD =
            """
            {"messages": [{"role": "system", "content": "Be kind"}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there"}]}
            {"messages": [{"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Hello again"}]}
            """;
    private static final String UNANSWERED =
            "{\"messages\": [{\"role\": \"user\", \"content\": \"Nobody answers\"}]}\n";
    private static final String OVERRIDE = "To train on these data as they are, set data_checks: warn.\n";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void write() throws IOException {
        config = TinyRun.config(folder, "max_steps: 1");
        ofType("chat_template");
    }

    private void ofType(String type) throws IOException {
        String text = Files.readString(config);
        Files.writeString(
                config,
                text.replaceFirst("type: (?!json).*|# no type", type.isEmpty() ? "# no type" : "type: " + type));
    }

    private void rows(String text) throws IOException {
        Files.writeString(folder.resolve("rows.jsonl"), text);
    }

    private int newt(String command, String... overrides) {
        List<String> arguments = new ArrayList<>(List.of(command, config.toString()));
        arguments.add("dataset_prepared_path=" + folder.resolve("prepared"));
        arguments.add("output_dir=" + folder.resolve("out"));
        arguments.add("sequence_len=128");
        arguments.addAll(List.of(overrides));
        return run(arguments);
    }

    private int run(List<String> arguments) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(List.of(new TrainCommand(), new PreprocessCommand()), console).run(arguments);
    }

    /** Standard error without the folder's own path. */
    private String err() {
        return err.toString(StandardCharsets.UTF_8).replace(folder + "/", "");
    }

    private void refused(String... overrides) {
        assertThat(newt("preprocess", overrides)).as(err()).isEqualTo(ExitCode.BAD_INPUT);
        String asPreprocessSays = err();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("data: ");
        assertThat(newt("train", overrides)).as(err()).isEqualTo(ExitCode.BAD_INPUT);
        // From what is prepared by now; and nothing was trained.
        assertThat(err()).isEqualTo(asPreprocessSays).endsWith(OVERRIDE);
        assertThat(folder.resolve("out/plan.json")).doesNotExist();
    }

    private void passes(String... overrides) {
        assertThat(newt("preprocess", overrides)).as(err()).isZero();
        assertThat(err()).isEmpty();
    }

    @Test
    void aRowThatTrainsNothingIsNamedWithARemedy() throws IOException {
        rows(GOOD + UNANSWERED + GOOD);

        refused();

        assertThat(err())
                .isEqualTo(
                        "rows.jsonl, row 3: error: this row trains nothing and is left out; take it out of the file, or"
                                + " give it something to train on: for chat_template an answer by a role of roles_to_train, for"
                                + " input_output a segment with label: true, for tokens a label that is not -100\n"
                                + OVERRIDE);
    }

    @Test
    void allFindingsAreToldAtOnceAndTheFirstPlacesOfEach() throws IOException {
        rows((GOOD + UNANSWERED).repeat(7));
        Files.writeString(
                folder.resolve("short.jinja"),
                "{% for m in messages if m.role != 'system' %}{{ m.content }}{% endfor %}");

        refused("chat_template_jinja=short.jinja");

        assertThat(err())
                .contains(
                        "rows.jsonl, row 3: error: this row trains nothing and is left out (so do 7 rows of datasets, the"
                                + " next rows.jsonl, row 6; rows.jsonl, row 9; rows.jsonl, row 12; rows.jsonl, row 15); take")
                .contains("rows.jsonl, row 1: error: this row has a system text that the chat template does not show"
                        + " (so do 7 rows of datasets")
                .contains("; use a chat_template that shows it, or take the text out of the row")
                .contains(
                        "rows.jsonl, row 1: error: neither here nor in any other of the 14 examples of datasets[0] is an"
                                + " end token trained, so the model is not trained to stop; name the token that ends an answer in"
                                + " eot_tokens or special_tokens.eos_token")
                .doesNotContain("warning");
        assertThat(err().lines()).hasSize(4);
    }

    @Test
    void warnTrainsOnThemAllTheSame() throws IOException {
        rows(GOOD + UNANSWERED);

        assertThat(newt("preprocess", "data_checks=warn")).as(err()).isZero();
        assertThat(err())
                .contains("rows.jsonl, row 3: warning: this row trains nothing")
                .doesNotContain("error");
        assertThat(newt("train", "data_checks=warn")).as(err()).isZero();
        assertThat(err()).contains("rows.jsonl, row 3: warning: this row trains nothing");
        assertThat(folder.resolve("out/adapter_model.safetensors")).exists();
        assertThat(newt("train", "data_checks=off")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err()).contains("data_checks is").contains("error").contains("warn");
    }

    @Test
    void answersMayEndWithoutATokenIfThatIsAskedFor() throws IOException {
        rows(GOOD);

        refused("chat_template=chatml");
        assertThat(err())
                .contains("row 1: error: neither here nor in any other of the 2 examples of datasets[0] is an end");
        passes("chat_template=chatml", "datasets[0].train_on_eos=none");
        passes("datasets[0].train_on_eos=none");
        passes("datasets[0].train_on_eos=last");
        // What others say is trained, and no end token of theirs is missing.
        passes("chat_template=chatml", "datasets[0].roles_to_train=[user]");
        passes("train_on_inputs=true");
    }

    /** One data set that ends its answers does not hide another that does not. */
    @Test
    void eachDataSetMustTrainItsEndTokens() throws IOException {
        rows(GOOD);
        Files.writeString(folder.resolve("more.jsonl"), GOOD);

        refused("datasets=[{path: more.jsonl, type: chat_template}, {path: rows.jsonl, type: chat_template,"
                + " chat_template: chatml}]");

        assertThat(err())
                .contains("rows.jsonl, row 1: error: neither here nor in any other of the 2 examples of datasets[1]")
                .doesNotContain("more.jsonl");
    }

    @Test
    void answersThatAreAllCutSayThatTheyAre() throws IOException {
        rows("{\"instruction\": \"Say\", \"output\": \"" + "water ".repeat(100) + "\"}\n");
        ofType("alpaca");

        refused("excess_length_strategy=truncate");

        assertThat(err()).contains("all answers are cut before their end: raise sequence_len");
    }

    @Test
    void hardlyAnythingTrainedIsRefused() throws IOException {
        rows("{\"instruction\": \"" + "x ".repeat(65) + "\", \"output\": \"y\"}\n");
        ofType("alpaca");

        refused("sequence_len=256");

        assertThat(err())
                .containsPattern(
                        "rows.jsonl, row 1: error: only 0\\.\\d\\d% of the tokens of datasets are trained \\(2 of"
                                + " [\\d,]+\\), of this row 2 of [\\d,]+; look with preprocess --debug 3 whether");
    }

    /** What a row loses by its length is the length policy's. */
    @Test
    void whatIsLeftOutForItsLengthIsNoError() throws IOException {
        String tooLong = "{\"instruction\": \"" + "water ".repeat(200) + "\", \"output\": \"y\"}\n";
        rows("{\"instruction\": \"Say\", \"output\": \"water\"}\n" + tooLong);
        ofType("alpaca");

        passes("excess_length_strategy=drop");
        assertThat(newt("train", "excess_length_strategy=truncate")).as(err()).isZero();
        assertThat(err())
                .isEqualTo("rows.jsonl, row 2: warning: this row is cut before its first trained token and is left out;"
                        + " raise sequence_len to train on it\n");
    }

    @Test
    void rowsToEvaluateOnAreJudgedToo() throws IOException {
        rows(GOOD);
        Files.writeString(folder.resolve("test.jsonl"), GOOD + UNANSWERED);

        refused("test_datasets=[{path: test.jsonl, type: chat_template}]");

        assertThat(err()).startsWith("test.jsonl, row 3: error: this row trains nothing");
    }

    @Test
    void ofStreamedRowsTheFirstWindowIsJudged() throws IOException {
        String[] streamed = {"streaming=true", "streaming_multipack_buffer_size=4", "sample_packing=false"};
        rows(GOOD + UNANSWERED + GOOD);
        assertThat(newt("train", streamed)).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err())
                .startsWith("rows.jsonl, row 3: error: this row trains nothing")
                .endsWith(OVERRIDE);
        assertThat(newt("preprocess", streamed)).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err()).startsWith("rows.jsonl, row 3: error: this row trains nothing");

        rows(GOOD + GOOD + UNANSWERED);
        assertThat(newt("train", streamed)).as(err()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"completion", "pretrain"})
    void runningTextNeedsNoEndToken(String type) throws IOException {
        TinyRun.rows(folder.resolve("rows.jsonl"), 20);
        ofType(type);

        passes();
        assertThat(newt("train")).as(err()).isZero();
        assertThat(err()).isEmpty();
    }

    @Test
    void randomTokensNeedNoEndToken() {
        passes("datasets=[{path: synthetic, type: _synthetic, length: 20, sequence_length: 16, min_input_id: 20}]");
    }

    /** Tokens say themselves what is trained; of a mask that stops before an end token it is told. */
    @Test
    void tokensAreTakenAsTheyAre() throws IOException {
        ofType("");
        rows("{\"input_ids\": [20, 21, 22], \"labels\": [20, 21, 22], \"attention_mask\": [1, 1, 1]}\n");
        passes();

        rows("{\"input_ids\": [20, 21, 22], \"labels\": [-100, -100, 22], \"attention_mask\": [1, 1, 1]}\n");
        assertThat(newt("preprocess")).as(err()).isZero();
        assertThat(err()).startsWith("rows.jsonl, row 1: warning: this row ends its training before an end token");

        rows("{\"input_ids\": [20, 21, 22], \"labels\": [-100, 21, 22], \"attention_mask\": [1, 1, 1]}\n"
                + "{\"input_ids\": [20, 21, 22], \"labels\": [-100, -100, -100], \"attention_mask\": [1, 1, 1]}\n");
        refused();
        assertThat(err()).startsWith("rows.jsonl, row 2: error: this row trains nothing");
    }

    @Test
    void rowsAsLlamaFactoryDescribesThemAreJudgedAlike() throws IOException {
        Files.writeString(
                folder.resolve("dataset_info.json"),
                "{\"mine\": {\"file_name\": \"rows.jsonl\", \"columns\": {\"prompt\": \"q\", \"response\": \"a\","
                        + " \"system\": \"s\"}}}");
        rows(
                "{\"q\": \"Hi\", \"a\": \"Hello\", \"s\": \"Be kind\"}\n{\"q\": \"Bye\", \"a\": \"Hello\", \"s\": \"\"}\n");
        String entry = "datasets=[{path: 'dataset_info.json#mine'}]";

        passes(entry);
        refused(entry, "chat_template=chatml");
        assertThat(err()).contains("datasets[0] is an end token trained");
    }

    static List<String> examples() {
        return ExamplesTest.ownNames();
    }

    /** All of the rows, as they are. */
    @ParameterizedTest
    @MethodSource("examples")
    void theExamplesPass(String name) {
        List<String> arguments = new ArrayList<>(List.of(
                "preprocess",
                "examples/yaml/" + name + ".yaml",
                "dataset_prepared_path=" + folder.resolve("prepared"),
                "output_dir=" + folder.resolve("out")));
        arguments.addAll(ExamplesTest.INSTEAD.getOrDefault(name, List.of()));
        assertThat(run(arguments)).as(err()).isZero();
        assertThat(err()).doesNotContain("error");
    }
}
