package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code early_stopping_patience}, as a user meets it. */
class EarlyStoppingTest {
    @TempDir
    Path folder;

    /** A learning rate so high that the model gets worse from the first steps on. */
    @Test
    void aRunEndsWhenEvaluationsBringNoProgress() throws Exception {
        NewtProcess run = train("learning_rate=0.9", "lr_scheduler=constant", "early_stopping_patience=2");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("stopped early after step \\d+ of 60: the evaluation loss was not below [0-9.]+ in 2"
                        + " evaluations in a row \\(early_stopping_patience\\)");
        long evaluations = RunFolderCheck.metrics(folder.resolve("out/metrics.jsonl")).stream()
                .filter(line -> line.path("kind").asString().equals("eval"))
                .count();
        assertThat(evaluations).isBetween(3L, 20L);
        assertThat(folder.resolve("out/adapter_model.safetensors")).exists();
        long last = RunFolderCheck.metrics(folder.resolve("out/metrics.jsonl")).stream()
                .mapToLong(line -> line.path("step").asLong())
                .max()
                .orElseThrow();
        assertThat(folder.resolve("out/checkpoint-" + last)).exists();

        NewtProcess resumed = train(
                "learning_rate=0.9",
                "lr_scheduler=constant",
                "early_stopping_patience=2",
                "auto_resume_from_checkpoints=true");
        assertThat(resumed.exitCode()).as(resumed.err()).isZero();
        assertThat(resumed.out()).contains("stopped early after step " + last).doesNotContain("step " + (last + 1));
    }

    @Test
    void aRunThatGetsBetterIsNotStopped() throws Exception {
        NewtProcess run = train("learning_rate=0.01", "max_steps=10", "early_stopping_patience=2");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).contains("finished 10 steps").doesNotContain("stopped early");
        JsonNode lastLine = RunFolderCheck.metrics(folder.resolve("out/metrics.jsonl")).stream()
                .reduce((a, b) -> b)
                .orElseThrow();
        assertThat(lastLine.path("step").asLong()).isEqualTo(10);
    }

    private NewtProcess train(String... overrides) throws Exception {
        TinyRun.config(folder, "max_steps: 60", "warmup_steps: 0", "val_set_size: 0.2", "eval_steps: 2");
        String[] arguments = new String[overrides.length + 1];
        arguments[0] = "config.yaml";
        System.arraycopy(overrides, 0, arguments, 1, overrides.length);
        return NewtProcess.ofClasses(folder, arguments);
    }
}
