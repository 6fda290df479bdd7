package dev.newt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.io.UserException;
import dev.newt.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointDamageTest {
    private static Engine engine;

    @TempDir
    Path directory;

    private byte[] weights;

    /** Breaks the file of a checkpoint. */
    private interface Damage {
        void to(Path file) throws IOException;
    }

    @BeforeAll
    static void open() {
        engine = DjlEngine.create(1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @BeforeEach
    void wholeRun() {
        TrainingFixture run = new TrainingFixture(engine, directory);
        run.run();
        weights = run.weights;
    }

    @Test
    void passesOverACheckpointWithAMissingFile() throws Exception {
        isPassedOver("optimizer.safetensors", Files::delete, "optimizer.safetensors is missing");
    }

    @Test
    void passesOverACheckpointWithAFileCutShort() throws Exception {
        isPassedOver(
                "trainable.safetensors",
                file -> Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 100)),
                "trainable.safetensors has 100 bytes");
    }

    @Test
    void passesOverACheckpointWithAChangedByte() throws Exception {
        isPassedOver(
                "trainable.safetensors",
                file -> {
                    byte[] bytes = Files.readAllBytes(file);
                    bytes[bytes.length - 1] ^= 1;
                    Files.write(file, bytes);
                },
                "other content");
    }

    @Test
    void passesOverACheckpointWithoutAReadableState() throws Exception {
        isPassedOver(
                "trainer_state.json",
                file -> Files.writeString(file, Files.readString(file).substring(0, 40)),
                "trainer_state.json is missing or cannot be read");
    }

    private void isPassedOver(String file, Damage damage, String message) throws IOException {
        damage.to(directory.resolve("checkpoint-10").resolve(file));
        TrainingFixture named = new TrainingFixture(engine, directory);
        named.resume = new Resume.From(directory.resolve("checkpoint-10"));
        assertThatThrownBy(named::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("checkpoint-10 cannot be resumed")
                .hasMessageContaining(message);

        TrainingFixture latest = new TrainingFixture(engine, directory);
        latest.resume = new Resume.Latest();
        latest.run();
        assertThat(latest.heard(TrainingEvent.Warning.class).get(0).message())
                .contains("checkpoint-10 is damaged")
                .contains(message);
        assertThat(latest.heard(TrainingEvent.Started.class).get(0).startStep()).isEqualTo(8);
        assertThat(latest.weights).isEqualTo(weights);
    }

    @Test
    void startsAnewWhereEveryCheckpointIsDamaged() throws Exception {
        for (Path checkpoint : new Checkpoints(engine, directory, RunIdentity.named("plan-a")).all()) {
            Files.delete(checkpoint.resolve("trainer_state.json"));
        }
        TrainingFixture latest = new TrainingFixture(engine, directory);
        latest.resume = new Resume.Latest();
        latest.run();
        assertThat(latest.heard(TrainingEvent.Started.class).get(0).startStep()).isZero();
        assertThat(latest.heard(TrainingEvent.Warning.class)).hasSize(6);
        assertThat(latest.weights).isEqualTo(weights);
    }

    @Test
    void refusesACheckpointOfAnotherPlan() {
        for (Resume resume : new Resume[] {new Resume.From(directory.resolve("checkpoint-4")), new Resume.Latest()}) {
            TrainingFixture other = new TrainingFixture(engine, directory);
            other.planHash = "plan-b";
            other.resume = resume;
            assertThatThrownBy(other::run)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("other rows: the settings are the same");
            assertThat(other.heard(TrainingEvent.StepDone.class)).isEmpty();
        }
    }

    @Test
    void refusesAPathThatIsNoCheckpoint() {
        TrainingFixture run = new TrainingFixture(engine, directory);
        run.resume = new Resume.From(directory.resolve("checkpoint-3"));
        assertThatThrownBy(run::run).isInstanceOf(UserException.class).hasMessageContaining("is not a folder");
    }

    @Test
    void removesWhatAKilledWriterLeft() throws Exception {
        Path leftover = directory.resolve(".tmp-checkpoint-12");
        Files.createDirectories(leftover);
        Files.writeString(leftover.resolve("model.bin"), "half");
        TrainingFixture latest = new TrainingFixture(engine, directory);
        latest.resume = new Resume.Latest();
        latest.run();
        assertThat(leftover).doesNotExist();
        assertThat(latest.heard(TrainingEvent.Started.class).get(0).startStep()).isEqualTo(10);
    }
}
