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

/** Runs whose rows are read as they go on; in {@link KilledRunTest} they are killed and resumed. */
@Timeout(120)
@Tag("slow")
class StreamedRunTest {
    private static final String BROKEN = "{\"text\": broken}\n";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;
    private Path rows;

    @BeforeEach
    void write() throws IOException {
        config = TinyRun.config(
                folder, "streaming: true", "streaming_multipack_buffer_size: 20", "save_steps: 2", "max_steps: 4");
        rows = folder.resolve("rows.jsonl");
    }

    private int newt(String command, String... more) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        List<String> arguments = new ArrayList<>(List.of(command, config.toString()));
        arguments.add("output_dir=" + folder.resolve("out"));
        arguments.add("dataset_prepared_path=" + folder.resolve("prepared"));
        arguments.addAll(List.of(more));
        List<Command> commands = List.of(new PlanCommand(), new TrainCommand(), new PreprocessCommand());
        return new Dispatcher(commands, console).run(arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** The row behind the thousand would end a preparation. */
    @Test
    void trainsBeforeTheRowsBehindAreRead() throws IOException {
        TinyRun.rows(rows, 1000);
        Files.writeString(rows, Files.readString(rows) + BROKEN);

        assertThat(newt("train")).as(err()).isZero();

        assertThat(out())
                .contains("read while the run goes on, in windows of 20 rows")
                .containsPattern(
                        "data: at first 20 examples of 20 rows, \\d+ tokens, \\d+ trained; the rest is read while the run goes on, 4 steps\n")
                .contains("saves every 2 steps")
                .containsPattern("rows read: (20|40) examples of (20|40) rows, ");
        assertThat(folder.resolve("out/adapter_model.safetensors")).exists();
        assertThat(folder.resolve("prepared")).doesNotExist();
    }

    @Test
    void aRowThatCannotBeReadEndsTheRunAndItsCheckpointsStay() throws IOException {
        Files.writeString(rows, Files.readString(rows) + BROKEN);

        assertThat(newt("train", "max_steps=50")).isEqualTo(ExitCode.BAD_INPUT);

        assertThat(err())
                .contains("error: " + rows + ", line 49: is not valid JSON")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("out/checkpoint-2")).exists();
    }

    @Test
    void whatIsWrongWithTheFirstRowsIsToldBeforeTheModelIsLoaded() throws IOException {
        Files.writeString(rows, BROKEN + Files.readString(rows));

        assertThat(newt("train")).isEqualTo(ExitCode.BAD_INPUT);

        assertThat(err()).contains("error: " + rows + ", line 1: is not valid JSON");
        assertThat(folder.resolve("out/plan.json")).doesNotExist();
    }

    @Test
    void isNotResumedOnOtherRows() throws IOException {
        assertThat(newt("train")).as(err()).isZero();
        Path checkpoint = folder.resolve("out/checkpoint-2");
        assertThat(newt("train", "resume_from_checkpoint=" + checkpoint))
                .as(err())
                .isZero();

        TinyRun.rows(rows, 49);

        assertThat(newt("train", "resume_from_checkpoint=" + checkpoint)).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err()).contains("checkpoint-2");
    }

    @Test
    void preprocessShowsTheFirstWindow() {
        assertThat(newt("preprocess", "--debug", "1")).as(err()).isZero();

        assertThat(out())
                .contains("streaming: the run reads the rows itself; these are the first 20 of each data set")
                .contains("data: 20 examples of 20 rows, ")
                .contains(", 4 steps\n");
    }

    @Test
    void textsOfSeveralSourcesAreMixedByProbability() throws IOException {
        String[] sources = {
            "datasets=[]",
            "pretraining_dataset=[{path: rows.jsonl}, {path: other.jsonl, skip: 1}]",
            "mix_strategy=interleave_over"
        };
        Files.writeString(folder.resolve("other.jsonl"), "{\"text\": \"the fox\"}\n".repeat(9));

        assertThat(newt("train", sources[0], sources[1], sources[2], "interleave_probs=[3, 1]"))
                .as(err())
                .isZero();
        assertThat(newt("train", sources[0], sources[1], sources[2], "interleave_probs=[3]"))
                .isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err())
                .contains("interleave_probs takes a number above 0 for each entry of pretraining_dataset, here 2");
    }

    @Test
    void emptyDataAreNamedByTheirKey() throws IOException {
        Files.writeString(folder.resolve("none.jsonl"), "\n");

        assertThat(newt("train", "test_datasets=[{path: none.jsonl, type: completion}]"))
                .isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err()).contains("test_datasets: none.jsonl has no rows.");
        for (String command : List.of("train", "preprocess")) {
            assertThat(newt(command, "datasets=[]", "pretraining_dataset=[{path: none.jsonl}]"))
                    .isEqualTo(ExitCode.BAD_INPUT);
            assertThat(err()).contains("pretraining_dataset: none.jsonl has no rows.");
        }
    }

    /** What is due every epoch is due at the end. */
    @Test
    void hasNoEpochs() {
        assertThat(newt("plan", "save_steps=null")).as(err()).isZero();
        assertThat(out()).contains("saves at the end").containsPattern("steps +4, warm-up");
        assertThat(newt("plan", "save_steps=null", "saves_per_epoch=2"))
                .as(err())
                .isZero();
        assertThat(out()).contains("saves 2 times to");
    }
}
