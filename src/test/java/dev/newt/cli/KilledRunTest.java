package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The program, killed at random instants of its life and resumed each time, ends with the bits of a run that nothing disturbed; and no
 * kill leaves a file that looks whole and is not.
 */
@DisabledOnOs(OS.WINDOWS)
@Tag("slow")
class KilledRunTest {
    private static final int KILLS_OF_STARTS = 3;
    private static final int STEPS = 36;
    private static final String SCHEDULE =
            """
            max_steps: %d
            save_steps: 2
            save_total_limit: 2
            eval_steps: 5
            eval_table_size: 0
            auto_resume_from_checkpoints: true
            """
                    .formatted(STEPS);
    private static final String PREPARED = "val_set_size: 0.1\n";
    /** Windows that end within steps, and passes that end within windows. */
    private static final String STREAMED =
            """
            streaming: true
            streaming_multipack_buffer_size: 13
            test_datasets: [{path: rows.jsonl, type: completion, split: "train[:5]"}]
            """;

    @TempDir
    Path temporary;

    /** How long the undisturbed run took, in ms: to its first step, a step, and in all. */
    private record Times(long start, double step, long whole) {}

    @Test
    @Timeout(600)
    void endsAsIfItHadNeverBeenKilled() throws Exception {
        killAndCompare(20, SCHEDULE + PREPARED);
    }

    @Test
    @Timeout(600)
    void soDoesARunOfStreamedData() throws Exception {
        killAndCompare(8, SCHEDULE + STREAMED);
    }

    private void killAndCompare(int kills, String schedule) throws Exception {
        Path whole = Files.createDirectory(temporary.resolve("whole"));
        Times times = undisturbed(whole, schedule);

        long seed = Long.getLong("newt.kill.seed", System.nanoTime());
        Path killed = Files.createDirectory(temporary.resolve("killed"));
        Path config = TinyRun.config(killed, schedule);
        List<String> instants = new ArrayList<>();
        int halfWritten = 0;
        try {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < KILLS_OF_STARTS; i++) {
                instants.add(killStarting(killed, random.nextLong(times.start())));
                check(killed, config);
            }
            double[] targets = DoubleStream.generate(() -> random.nextDouble(STEPS))
                    .limit(kills - KILLS_OF_STARTS)
                    .sorted()
                    .toArray();
            for (int i = 0; i < targets.length; i++) {
                // Every third while a checkpoint is written or an old one removed.
                boolean saving = i % 3 == 1;
                instants.add(killAt(killed, targets[i], saving, times, random));
                halfWritten += RunFolderCheck.temporaries(killed.resolve("out")).isEmpty() ? 0 : 1;
                check(killed, config);
            }
            NewtProcess last = NewtProcess.ofClasses(killed, "config.yaml");
            assertThat(last.exitCode()).as(last.err()).isZero();
        } finally {
            System.out.println("killed with seed " + seed + ", undisturbed " + times + ", half-written files after "
                    + halfWritten + " kills: " + String.join("; ", instants));
        }

        assertThat(instants).hasSize(kills);
        assertThat(halfWritten).as("kills that came upon a half-written file").isPositive();
        assertThat(values(killed)).as("seed %d", seed).isEqualTo(values(whole));
        for (String file : List.of(
                "adapter_model.safetensors",
                "adapter_config.json",
                "checkpoint-" + STEPS + "/trainable.safetensors",
                "checkpoint-" + STEPS + "/optimizer.safetensors")) {
            assertThat(killed.resolve("out").resolve(file))
                    .as("seed %d", seed)
                    .hasSameBinaryContentAs(whole.resolve("out").resolve(file));
        }
        assertThat(RunFolderCheck.temporaries(killed.resolve("out"))).isEmpty();
    }

    private static Times undisturbed(Path folder, String schedule) throws Exception {
        TinyRun.config(folder, schedule);
        long begin = System.nanoTime();
        NewtProcess process = NewtProcess.ofClasses(folder, "config.yaml");
        process.awaitOut(" trainable parameters, on ");
        long started = System.nanoTime();
        assertThat(process.exitCode()).as(process.err()).isZero();
        long end = System.nanoTime();
        return new Times(
                TimeUnit.NANOSECONDS.toMillis(started - begin),
                TimeUnit.NANOSECONDS.toMillis(end - started) / (double) STEPS,
                TimeUnit.NANOSECONDS.toMillis(end - begin));
    }

    /** Starts the run and kills it after so many ms; sooner where it has ended by then, on a machine grown faster. */
    private static String killStarting(Path folder, long atMillis) throws Exception {
        long millis = atMillis;
        while (true) {
            NewtProcess process = NewtProcess.ofClasses(folder, "config.yaml");
            Thread.sleep(millis);
            if (process.isAlive()) {
                process.kill();
                return millis + " ms after the start";
            }
            assertThat(process.exitCode()).as(process.err()).isZero();
            millis /= 2;
        }
    }

    /** Starts the run and kills it once it has done so many steps; a run that ends before is started again. */
    private static String killAt(Path folder, double target, boolean saving, Times times, SplittableRandom random)
            throws Exception {
        Path output = folder.resolve("out");
        long delayMicros = saving ? random.nextLong(10_000) : (long) (1000 * times.step() * (target % 1));
        while (true) {
            NewtProcess process = NewtProcess.ofClasses(folder, "config.yaml");
            process.awaitOut(" trainable parameters, on ");
            while (process.isAlive()
                    && (stepsSeen(output) < (int) target
                            || saving && RunFolderCheck.temporaries(output).isEmpty())) {
                TimeUnit.MICROSECONDS.sleep(200);
            }
            TimeUnit.MICROSECONDS.sleep(delayMicros);
            if (process.isAlive()) {
                process.kill();
                return delayMicros + " us after " + (saving ? "a file is half written after " : "") + "step "
                        + (int) target;
            }
            assertThat(process.exitCode()).as(process.err()).isZero();
            delayMicros /= 2;
        }
    }

    private static long stepsSeen(Path output) throws IOException {
        Path metrics = output.resolve("metrics.jsonl");
        return Files.exists(metrics)
                ? Files.readString(metrics)
                        .lines()
                        .filter(line -> line.startsWith("{\"kind\":\"train\"") && line.endsWith("}"))
                        .count()
                : 0;
    }

    private static void check(Path folder, Path config) throws IOException {
        RunFolderCheck.everyFileIsWhole(
                folder.resolve("out"), folder.resolve("last_run_prepared"), TinyRun.MODEL, config);
    }

    /** What metrics.jsonl holds beside times and memory, digit for digit. */
    private static List<String> values(Path folder) throws IOException {
        List<String> values = new ArrayList<>();
        for (JsonNode line : RunFolderCheck.metrics(folder.resolve("out/metrics.jsonl"))) {
            StringBuilder text = new StringBuilder();
            for (String key : List.of(
                    "kind", "step", "loss", "grad_norm", "learning_rate", "tokens", "trained_tokens", "eval_loss")) {
                text.append(key).append(' ').append(line.path(key)).append(' ');
            }
            values.add(text.toString());
        }
        assertThat(values).hasSizeGreaterThan(STEPS);
        return values;
    }
}
