package dev.newt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.newt.data.MicroBatch;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.optim.LionSettings;
import dev.newt.optim.OptimizerSettings;
import dev.newt.optim.ParameterGroups;
import dev.newt.optim.SgdSettings;
import dev.newt.report.MetricsFile;
import dev.newt.tensor.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that stops anywhere and goes on must give what one run gives, to the last bit. */
class ResumeTest {
    private static Engine engine;

    @TempDir
    Path temporary;

    @BeforeAll
    static void open() {
        engine = DjlEngine.create(1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private TrainingFixture uninterrupted(int loggingSteps, long steps) {
        TrainingFixture whole = new TrainingFixture(engine, temporary.resolve("whole"));
        whole.loggingSteps = loggingSteps;
        whole.maxSteps = steps;
        whole.saving = new Cadence.EverySteps(1);
        assertThat(whole.run().status()).isEqualTo(TrainingResult.Status.FINISHED);
        return whole;
    }

    @Test
    void goesOnBitForBitFromTheCheckpointOfEveryStep() throws Exception {
        TrainingFixture whole = uninterrupted(4, TrainingFixture.STEPS);
        for (int step = 1; step <= TrainingFixture.STEPS; step++) {
            TrainingFixture resumed = new TrainingFixture(engine, temporary.resolve("from-" + step));
            Path checkpoint = resumed.directory.resolve("checkpoint-" + step);
            TrainingFixture.copy(whole.directory.resolve("checkpoint-" + step), checkpoint);
            Files.copy(
                    whole.directory.resolve(MetricsFile.FILE_NAME), resumed.directory.resolve(MetricsFile.FILE_NAME));
            resumed.loggingSteps = 4;
            resumed.saving = new Cadence.EverySteps(1);
            resumed.resume = new Resume.From(checkpoint);
            resumed.run();

            assertThat(resumed.weights).as("weights from step %d", step).isEqualTo(whole.weights);
            assertThat(resumed.heard(TrainingEvent.StepDone.class)).hasSize((int) TrainingFixture.STEPS - step);
            assertThat(TrainingFixture.metrics(resumed.directory))
                    .as("metrics from step %d", step)
                    .isEqualTo(TrainingFixture.metrics(whole.directory));
            assertThat(resumed.directory.resolve("checkpoint-10/optimizer.safetensors"))
                    .hasSameBinaryContentAs(whole.directory.resolve("checkpoint-10/optimizer.safetensors"));
        }
        assertThat(Files.readAllBytes(whole.directory.resolve("checkpoint-9/model.bin")))
                .isNotEqualTo(whole.weights);
    }

    static Stream<OptimizerSettings> optimizers() {
        ParameterGroups groups = ParameterGroups.HUGGING_FACE;
        return Stream.of(
                new LionSettings(0.9, 0.99, 0.01, groups),
                new SgdSettings(0.9, 0, true, 0.01, groups),
                new SgdSettings(0, 0, false, 0.01, groups));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void anyOptimizerGoesOnBitForBit(OptimizerSettings optimizer) throws Exception {
        TrainingFixture whole = new TrainingFixture(engine, temporary.resolve("whole"));
        whole.optimizer = optimizer;
        whole.run();
        TrainingFixture resumed = new TrainingFixture(engine, temporary.resolve("resumed"));
        resumed.optimizer = optimizer;
        Path checkpoint = resumed.directory.resolve("checkpoint-4");
        TrainingFixture.copy(whole.directory.resolve("checkpoint-4"), checkpoint);
        resumed.resume = new Resume.From(checkpoint);
        resumed.run();
        assertThat(resumed.weights).isEqualTo(whole.weights);
        assertThat(resumed.directory.resolve("checkpoint-10/optimizer.safetensors"))
                .hasSameBinaryContentAs(whole.directory.resolve("checkpoint-10/optimizer.safetensors"));
    }

    /** Interrupted within every forward pass and every evaluation in turn, then resumed from what that left. */
    @Test
    void goesOnBitForBitFromAnInterruptionAtAnyPlace() throws Exception {
        TrainingFixture whole = uninterrupted(1, 6);
        // 6 steps of 3 micro batches; 2 evaluations of 2.
        int calls = 22;
        for (int call = 1; call <= calls; call++) {
            TrainingFixture interrupted = new TrainingFixture(engine, temporary.resolve("call-" + call));
            int stopAt = call;
            interrupted.saving = new Cadence.EverySteps(5);
            interrupted.maxSteps = 6;
            interrupted.wrapper = model -> new StoppingModel(model, interrupted.stop, stopAt);
            TrainingResult result = interrupted.run();
            boolean afterTheLast = call == calls;
            assertThat(result.status())
                    .as("call %d", call)
                    .isEqualTo(afterTheLast ? TrainingResult.Status.FINISHED : TrainingResult.Status.INTERRUPTED);
            if (!afterTheLast) {
                List<TrainingEvent.Interrupted> heard = interrupted.heard(TrainingEvent.Interrupted.class);
                assertThat(heard).hasSize(1);
                assertThat(heard.get(0).checkpoint())
                        .isEqualTo(interrupted.directory.resolve("checkpoint-" + result.step()))
                        .isDirectory();
            }

            TrainingFixture resumed = new TrainingFixture(engine, interrupted.directory);
            resumed.maxSteps = 6;
            resumed.saving = interrupted.saving;
            resumed.resume = new Resume.Latest();
            assertThat(resumed.run().status()).isEqualTo(TrainingResult.Status.FINISHED);
            assertThat(resumed.weights).as("call %d", call).isEqualTo(whole.weights);
            assertThat(TrainingFixture.metrics(resumed.directory))
                    .as("call %d", call)
                    .isEqualTo(TrainingFixture.metrics(whole.directory));
        }
    }

    @Test
    void dropsALineOfMetricsThatACrashCutShort() throws Exception {
        TrainingFixture whole = uninterrupted(1, TrainingFixture.STEPS);
        TrainingFixture first = new TrainingFixture(engine, temporary.resolve("crashed"));
        first.listener = event -> {
            if (event instanceof TrainingEvent.StepDone done && done.step() == 8) {
                throw new IllegalStateException("crash");
            }
        };
        assertThat(catchThrowable(first::run)).hasMessage("crash");
        Files.writeString(
                first.directory.resolve(MetricsFile.FILE_NAME), "{\"kind\":\"train\",\"st", StandardOpenOption.APPEND);
        TrainingFixture second = new TrainingFixture(engine, first.directory);
        second.resume = new Resume.Latest();
        second.run();
        assertThat(second.heard(TrainingEvent.Started.class).get(0).startStep()).isEqualTo(6);
        assertThat(TrainingFixture.metrics(second.directory)).isEqualTo(TrainingFixture.metrics(whole.directory));
    }

    @Test
    void anInterruptedEvaluationIsMadeUpForOnce() throws Exception {
        TrainingFixture interrupted = new TrainingFixture(engine, temporary.resolve("run"));
        // Nine micro batches, then the first batch of the evaluation after step 3.
        interrupted.wrapper = model -> new StoppingModel(model, interrupted.stop, 10);
        assertThat(interrupted.run().step()).isEqualTo(3);
        for (int again = 0; again < 2; again++) {
            // From the same checkpoint twice: the second finds the evaluation's line already there.
            TrainingFixture resumed = new TrainingFixture(engine, interrupted.directory);
            resumed.resume = new Resume.From(interrupted.directory.resolve("checkpoint-3"));
            resumed.run();
            assertThat(TrainingFixture.metrics(resumed.directory).stream()
                            .filter(line -> line.contains("\"eval\"") && line.contains("\"step\":3,")))
                    .hasSize(1);
        }
    }

    @Test
    void neverReplacesTheCheckpointItBeganFrom() {
        TrainingFixture interrupted = new TrainingFixture(engine, temporary.resolve("run"));
        interrupted.saving = new Cadence.EverySteps(3);
        interrupted.saveTotalLimit = OptionalInt.of(1);
        interrupted.wrapper = model -> new StoppingModel(model, interrupted.stop, 10);
        interrupted.run();
        TrainingFixture resumed = new TrainingFixture(engine, interrupted.directory);
        resumed.saving = interrupted.saving;
        resumed.saveTotalLimit = interrupted.saveTotalLimit;
        resumed.resume = new Resume.Latest();
        resumed.run();
        assertThat(resumed.heard(TrainingEvent.CheckpointSaved.class))
                .extracting(TrainingEvent.CheckpointSaved::step)
                .containsExactly(6L, 9L, 10L);
    }

    /** Asks for a stop during a call of forward or evaluation. */
    private static final class StoppingModel extends ForwardingModel {
        private final StopRequest stop;
        private final int stopAt;
        private int calls;

        StoppingModel(StepModel model, StopRequest stop, int stopAt) {
            super(model);
            this.stop = stop;
            this.stopAt = stopAt;
        }

        @Override
        public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
            count();
            return super.forwardBackward(batch, lossScale, dropoutKey);
        }

        @Override
        public double evaluate(MicroBatch batch) {
            count();
            return super.evaluate(batch);
        }

        private void count() {
            if (++calls == stopAt) {
                stop.request();
            }
        }
    }
}
