package dev.newt.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.data.MicroBatch;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.tensor.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Real processes, real signals. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
@Tag("slow")
class InterruptSignalsTest {
    @TempDir
    Path temporary;

    /** A training run for {@link #start}: each micro batch takes 20 ms, or for ever. */
    static final class Run {
        private Run() {}

        public static void main(String[] args) {
            boolean endless = args[1].equals("endless");
            try (Engine engine = DjlEngine.create(1)) {
                TrainingFixture run = new TrainingFixture(engine, Path.of(args[0]));
                run.saving = new Cadence.EverySteps(1);
                run.resume = new Resume.Latest();
                run.wrapper = model -> new ForwardingModel(model) {
                    @Override
                    public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
                        try {
                            Thread.sleep(endless ? 1_000_000 : 20);
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                        return super.forwardBackward(batch, lossScale, dropoutKey);
                    }
                };
                run.listener = event -> System.out.println(event.getClass().getSimpleName());
                try (InterruptSignals signals = new InterruptSignals(run.stop, System.out)) {
                    boolean finished = run.run().status() == TrainingResult.Status.FINISHED;
                    System.exit(finished ? 0 : InterruptSignals.EXIT_CODE);
                }
            }
        }
    }

    @Test
    void endsWithACheckpointAfterOneSignal() throws Exception {
        for (String signal : new String[] {"INT", "TERM"}) {
            Path directory = temporary.resolve(signal);
            Process process = start(directory, "slow");
            waitFor(process, "StepDone");
            send(signal, process);
            assertThat(process.waitFor()).isEqualTo(130);
            try (var children = Files.list(directory)) {
                assertThat(children.map(path -> path.getFileName().toString()))
                        .anyMatch(name -> name.startsWith("checkpoint-"));
            }
        }
    }

    @Test
    void endsAtOnceAfterASecondSignal() throws Exception {
        Process process = start(temporary, "endless");
        waitFor(process, "Started");
        send("INT", process);
        waitFor(process, "SIGINT: writing a checkpoint");
        assertThat(process.isAlive()).isTrue();
        send("INT", process);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(130);
    }

    /** SIGKILL leaves no time for anything: what was saved before must do. */
    @Test
    void aKilledRunGoesOnToTheSameEnd() throws Exception {
        Path directory = temporary.resolve("killed");
        int kills = 0;
        Process process = start(directory, "slow");
        while (kills < 2) {
            waitFor(process, "CheckpointSaved");
            Thread.sleep(25L * kills);
            send("KILL", process);
            assertThat(process.waitFor()).isEqualTo(137);
            kills++;
            process = start(directory, "slow");
        }
        assertThat(process.waitFor()).isZero();
        try (Engine engine = DjlEngine.create(1)) {
            TrainingFixture whole = new TrainingFixture(engine, temporary.resolve("whole"));
            whole.run();
            assertThat(directory.resolve("model.bin")).hasBinaryContent(whole.weights);
            assertThat(TrainingFixture.metrics(directory)).isEqualTo(TrainingFixture.metrics(whole.directory));
        }
    }

    private static Process start(Path directory, String speed) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Run.class.getName(),
                        directory.toString(),
                        speed)
                .redirectErrorStream(true)
                .start();
    }

    private static void waitFor(Process process, String text) throws IOException {
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder seen = new StringBuilder();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            seen.append(line).append('\n');
            if (line.contains(text)) {
                return;
            }
        }
        throw new AssertionError("ended without saying " + text + ":\n" + seen);
    }

    private static void send(String signal, Process process) throws Exception {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }
}
