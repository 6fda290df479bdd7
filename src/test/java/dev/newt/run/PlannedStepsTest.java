package dev.newt.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.data.Progress;
import dev.newt.plan.ExecutionPlan.Steps;
import dev.newt.plan.ExecutionPlan.Tokens;
import dev.newt.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A plan made after the data were prepared knows what the run knows. */
class PlannedStepsTest {
    @TempDir
    Path folder;

    private Path rows;
    private Path file;

    @BeforeEach
    void writeConfiguration() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            text.append("{\"text\": \"")
                    .append("the quick fox swims ".repeat(1 + i % 5))
                    .append("\"}\n");
        }
        rows = Files.writeString(folder.resolve("rows.jsonl"), text);
        file = Files.writeString(
                folder.resolve("c.yaml"),
                """
                base_model: %s
                datasets:
                  - path: rows.jsonl
                    type: completion
                dataset_prepared_path: %s
                output_dir: %s
                sequence_len: 64
                sample_packing: true
                micro_batch_size: 2
                num_epochs: 3
                learning_rate: 1e-3
                """
                        .formatted(
                                Path.of("src/test/resources/golden/llama/model").toAbsolutePath(),
                                folder.resolve("prepared"),
                                folder.resolve("out")));
    }

    private record Prepared(long steps, long tokens, int rows) {}

    private Prepared prepare(LoadedConfig loaded) {
        try (TrainingRun run = TrainingRun.prepare(Planner.plan(loaded), Progress.NONE)) {
            return new Prepared(
                    run.totalSteps(),
                    IntStream.of(run.prepared().orElseThrow().train().lengths()).sum(),
                    run.prepared().orElseThrow().train().size());
        }
    }

    @Test
    void countsWhatIsPrepared() {
        LoadedConfig loaded = ConfigFile.load(file, List.of());
        assertThat(Planner.plan(loaded).steps().certainty()).isEqualTo("about");

        Prepared prepared = prepare(loaded);

        Steps steps = Planner.plan(loaded).steps();
        assertThat(steps.certainty()).isEqualTo("exact");
        assertThat(steps.total()).contains(prepared.steps());
        assertThat(steps.tokens()).contains(new Tokens(prepared.tokens(), true));
        assertThat(steps.trainRows()).contains((long) prepared.rows());
        // Other batches of the same data.
        LoadedConfig smaller = ConfigFile.load(file, List.of("micro_batch_size=1", "gradient_accumulation_steps=3"));
        assertThat(Planner.plan(smaller).steps().total())
                .contains(prepare(smaller).steps());
    }

    /** An epoch has as many rows as the mixture, not as the files. */
    @Test
    void countsInterleavedRowsAsTheyAreMixed() throws IOException {
        Path other = Files.writeString(folder.resolve("other.jsonl"), "{\"text\": \"a b c\"}\n".repeat(7));
        for (String strategy : List.of("interleave_under", "interleave_over")) {
            LoadedConfig loaded = ConfigFile.load(
                    file, List.of("datasets[1]={path: " + other + ", type: completion}", "mix_strategy=" + strategy));
            Steps before = Planner.plan(loaded).steps();
            assertThat(before.certainty()).isEqualTo("unknown");
            assertThat(before.tokens()).isEmpty();

            Prepared prepared = prepare(loaded);

            Steps steps = Planner.plan(loaded).steps();
            assertThat(prepared.rows()).isEqualTo(strategy.equals("interleave_under") ? 14 : 120);
            assertThat(steps.trainRows()).contains((long) prepared.rows());
            assertThat(steps.tokens()).contains(new Tokens(prepared.tokens(), true));
            assertThat(steps.total()).contains(prepared.steps());
        }
    }

    /** A long text gives several examples, so that rows do not tell the steps. */
    @Test
    void isNotCertainOfTypesThatCutRows() {
        for (String type : List.of("completion", "pretrain")) {
            LoadedConfig loaded = ConfigFile.load(file, List.of("datasets[0].type=" + type, "sample_packing=false"));
            assertThat(Planner.plan(loaded).steps().certainty()).isEqualTo("about");
        }
    }

    @Test
    void leavesOutTheRowsSetAside() {
        LoadedConfig loaded = ConfigFile.load(file, List.of("val_set_size=0.25"));
        Prepared prepared = prepare(loaded);

        assertThat(prepared.rows()).isEqualTo(45);
        assertThat(Planner.plan(loaded).steps().tokens()).contains(new Tokens(prepared.tokens(), true));
        assertThat(Planner.plan(loaded).steps().total()).contains(prepared.steps());
    }

    @Test
    void estimatesAgainWhereTheDataOrTheirSettingsHaveChanged() throws IOException {
        prepare(ConfigFile.load(file, List.of()));

        assertThat(Planner.plan(ConfigFile.load(file, List.of("sequence_len=32")))
                        .steps()
                        .certainty())
                .isEqualTo("about");
        Files.writeString(rows, "{\"text\": \"one more\"}\n", StandardOpenOption.APPEND);
        assertThat(Planner.plan(ConfigFile.load(file, List.of())).steps().certainty())
                .isEqualTo("about");
    }
}
