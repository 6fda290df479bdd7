package dev.newt.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.data.DataPosition;
import dev.newt.data.MicroBatch;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    private static Engine engine;

    @TempDir
    Path directory;

    private TrainingFixture run;

    @BeforeAll
    static void open() {
        engine = DjlEngine.create(1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @BeforeEach
    void fixture() {
        run = new TrainingFixture(engine, directory);
    }

    @Test
    void learnsAndReleasesWhatItUsed() {
        long before = engine.allocatedBytes();
        run.maxSteps = 150;
        run.maxGradNorm = OptionalDouble.empty();
        run.saving = new Cadence.Never();
        run.loggingSteps = 50;
        assertThat(run.run().evaluationLoss().orElseThrow()).isLessThan(0.9);
        List<TrainingEvent.Evaluated> evaluations = run.heard(TrainingEvent.Evaluated.class);
        assertThat(evaluations).hasSize(50);
        assertThat(evaluations.get(0).loss()).isGreaterThan(1.5);
        assertThat(engine.allocatedBytes()).isEqualTo(before);
        assertThat(directory.resolve("model.bin")).hasBinaryContent(run.weights);
    }

    @Test
    void tellsEachStepInOrder() throws Exception {
        run.run();
        List<String> kinds = run.events.stream()
                .map(event -> event.getClass().getSimpleName())
                .toList();
        assertThat(kinds.subList(0, 10))
                .containsExactly(
                        "Started",
                        "StepDone",
                        "Logged",
                        "StepDone",
                        "Logged",
                        "CheckpointSaved",
                        "StepDone",
                        "Logged",
                        "Evaluated",
                        "StepDone");
        assertThat(kinds.get(kinds.size() - 1)).isEqualTo("Finished");
        // Every third step and the last.
        assertThat(run.heard(TrainingEvent.Evaluated.class))
                .extracting(TrainingEvent.Evaluated::step)
                .containsExactly(3L, 6L, 9L, 10L);
        assertThat(run.checkpoints())
                .containsExactly("checkpoint-10", "checkpoint-2", "checkpoint-4", "checkpoint-6", "checkpoint-8");
        TrainingEvent.StepDone fifth = run.heard(TrainingEvent.StepDone.class).get(4);
        assertThat(fifth.epoch()).isEqualTo(1);
        assertThat(fifth.tokens()).isGreaterThan(fifth.trainedTokens());
        assertThat(fifth.peakBytes()).isPositive();
        assertThat(run.heard(TrainingEvent.StepDone.class).get(0).learningRate())
                .isZero();
    }

    /** The mean is over all tokens of the step, however they are spread over micro batches. */
    @Test
    void lossAndGradientDoNotDependOnHowAStepIsSplit() {
        BatchSource three = new BigramData(5, 3, 1);
        BatchSource one = new BatchSource() {
            @Override
            public long stepsPerEpoch() {
                return 5;
            }

            @Override
            public StepData step(long globalStep, DataPosition position) {
                return new StepData(
                        List.of(joined(three.step(globalStep, position).microBatches())), position);
            }
        };
        run.wrapper = WithoutDropout::new;
        run.run();
        TrainingFixture other = new TrainingFixture(engine, directory.resolve("other"));
        other.wrapper = WithoutDropout::new;
        other.data = one;
        other.run();
        List<TrainingEvent.StepDone> split = run.heard(TrainingEvent.StepDone.class);
        List<TrainingEvent.StepDone> whole = other.heard(TrainingEvent.StepDone.class);
        for (int i = 0; i < split.size(); i++) {
            assertThat(split.get(i).trainedTokens()).isEqualTo(whole.get(i).trainedTokens());
            assertThat(split.get(i).loss()).isCloseTo(whole.get(i).loss(), within(1e-6));
            assertThat(split.get(i).gradNorm()).isCloseTo(whole.get(i).gradNorm(), within(1e-6));
        }
    }

    /** Such as an expert that is never chosen: AdamW moves it by its decay, as one whose gradient is zero. */
    @Test
    void aParameterThatNoTokenMeetsIsDecayed() {
        Tensor ones = engine.upload(new float[] {1, 1}, Shape.of(1, 2));
        try (DenseTrainableParameter unmet = new DenseTrainableParameter("unmet", engine, ones, DType.F32)) {
            run.wrapper = model -> new ForwardingModel(model) {
                @Override
                public List<TrainableParameter> trainable() {
                    List<TrainableParameter> all = new ArrayList<>(super.trainable());
                    all.add(unmet);
                    return all;
                }
            };
            run.run();
            double expected = 1;
            for (TrainingEvent.StepDone step : run.heard(TrainingEvent.StepDone.class)) {
                expected *= 1 - step.learningRate() * 0.01;
            }
            assertThat(expected).isLessThan(0.999);
            assertThat(engine.downloadFloats(unmet.master())[1]).isCloseTo((float) expected, within(1e-6f));
        }
    }

    private static MicroBatch joined(List<MicroBatch> parts) {
        List<Integer> ids = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        List<Integer> targets = new ArrayList<>();
        for (MicroBatch part : parts) {
            for (int i = 0; i < part.targets().length; i++) {
                positions.add(ids.size() + part.targetPositions()[i]);
                targets.add(part.targets()[i]);
            }
            for (int id : part.tokenIds()) {
                ids.add(id);
            }
        }
        return new MicroBatch(array(ids), new int[] {0, ids.size()}, array(positions), array(targets));
    }

    private static int[] array(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    @Test
    void logsMeansOverTheTokensSinceTheLineBefore() {
        run.loggingSteps = 4;
        run.run();
        List<TrainingEvent.Logged> lines = run.heard(TrainingEvent.Logged.class);
        assertThat(lines).extracting(TrainingEvent.Logged::step).containsExactly(4L, 8L, 10L);
        double sum = 0;
        long tokens = 0;
        for (TrainingEvent.StepDone step :
                run.heard(TrainingEvent.StepDone.class).subList(4, 8)) {
            sum += step.loss() * step.trainedTokens();
            tokens += step.trainedTokens();
        }
        assertThat(lines.get(1).loss()).isCloseTo(sum / tokens, within(1e-12));
    }

    @Test
    void logsTheNormBeforeClippingAndClips() {
        run.maxSteps = 2;
        run.maxGradNorm = OptionalDouble.of(1e-12);
        run.run();
        TrainingFixture free = new TrainingFixture(engine, directory.resolve("free"));
        free.maxSteps = 2;
        free.maxGradNorm = OptionalDouble.empty();
        free.run();
        assertThat(run.heard(TrainingEvent.StepDone.class).get(0).gradNorm())
                .isEqualTo(free.heard(TrainingEvent.StepDone.class).get(0).gradNorm())
                .isGreaterThan(0.05);
        // Gradients far below epsilon hardly move the weights.
        assertThat(run.weights).isNotEqualTo(free.weights);
    }

    @Test
    void stopsAtALossThatIsNoNumberBeforeApplyingIt() throws Exception {
        run.wrapper = model -> new ForwardingModel(model) {
            private int calls;

            @Override
            public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
                double loss = super.forwardBackward(batch, lossScale, dropoutKey);
                return ++calls == 17 ? Double.NaN : loss;
            }
        };
        assertThatThrownBy(run::run)
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("step 6: the loss is NaN");
        assertThat(run.heard(TrainingEvent.Failed.class))
                .extracting(TrainingEvent.Failed::step)
                .containsExactly(5L);
        assertThat(run.checkpoints()).containsExactly("checkpoint-2", "checkpoint-4");
        assertThat(TrainingFixture.metrics(directory).stream().filter(line -> line.contains("\"train\"")))
                .hasSize(5);
    }

    @Test
    void stopsAtGradientsThatAreNoNumbers() {
        run.wrapper = model -> new ForwardingModel(model) {
            @Override
            public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
                return super.forwardBackward(batch, Double.POSITIVE_INFINITY, dropoutKey);
            }
        };
        assertThatThrownBy(run::run)
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("step 1: the gradients' norm is NaN");
    }

    @Test
    void watchdogStopsAfterPatienceHighLossesInARow() {
        run.watchdog = Optional.of(new TrainSettings.Watchdog(0.01, 3));
        assertThatThrownBy(run::run)
                .isInstanceOf(TrainingFailedException.class)
                .hasMessageContaining("step 3:")
                .hasMessageContaining("loss_watchdog_threshold 0.01 for 3 steps");
        assertThat(run.heard(TrainingEvent.Logged.class)).hasSize(3);

        TrainingFixture calm = new TrainingFixture(engine, directory.resolve("calm"));
        calm.watchdog = Optional.of(new TrainSettings.Watchdog(50, 1));
        assertThat(calm.run().step()).isEqualTo(10);
    }

    @Test
    void watchdogCountsOnAfterAResume() {
        run.maxSteps = 4;
        run.saving = new Cadence.EverySteps(2);
        run.watchdog = Optional.of(new TrainSettings.Watchdog(0.01, 3));
        assertThatThrownBy(run::run).hasMessageContaining("step 3:");
        TrainingFixture resumed = new TrainingFixture(engine, directory);
        resumed.watchdog = run.watchdog;
        resumed.resume = new Resume.Latest();
        assertThatThrownBy(resumed::run).hasMessageContaining("step 3:");
    }

    @Test
    void keepsTheLastCheckpoints() throws Exception {
        run.saveTotalLimit = OptionalInt.of(2);
        run.saving = new Cadence.EverySteps(1);
        run.listener = event -> {
            if (event instanceof TrainingEvent.CheckpointSaved) {
                assertThat(checkpointCount()).isLessThanOrEqualTo(2);
            }
        };
        run.run();
        assertThat(run.checkpoints()).containsExactly("checkpoint-10", "checkpoint-9");
    }

    private int checkpointCount() {
        try {
            return run.checkpoints().size();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void neverSavesUnlessInterruptedWhereSavingIsOff() throws Exception {
        run.saving = new Cadence.Never();
        run.run();
        assertThat(run.checkpoints()).isEmpty();
        TrainingFixture stopped = new TrainingFixture(engine, directory.resolve("stopped"));
        stopped.saving = new Cadence.Never();
        stopped.stop.request();
        assertThat(stopped.run().status()).isEqualTo(TrainingResult.Status.INTERRUPTED);
        assertThat(stopped.checkpoints()).containsExactly("checkpoint-0");
    }

    @Test
    void refusesToStartWhereTheDiskIsTooSmall() {
        run.saveTotalLimit = OptionalInt.of(3);
        run.wrapper = model -> new ForwardingModel(model) {
            @Override
            public long outputBytes() {
                return 1L << 50;
            }
        };
        assertThatThrownBy(run::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining(directory.toString())
                .hasMessageContaining("4 checkpoints of 1125899.9 GB, 1125899.9 GB of outputs")
                .hasMessageContaining("are free")
                .hasMessageContaining("save_total_limit");
        assertThat(run.heard(TrainingEvent.StepDone.class)).isEmpty();
    }

    @Test
    void aFullDiskWhileSavingLeavesEarlierCheckpointsWhole() throws Exception {
        run.wrapper = model -> new ForwardingModel(model) {
            @Override
            public void saveOutputs(Path target) throws IOException {
                super.saveOutputs(target);
                if (target.toString().endsWith("checkpoint-6")) {
                    throw new IOException("No space left on device");
                }
            }
        };
        assertThatThrownBy(run::run)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("checkpoint-6: the disk is full");
        assertThat(run.checkpoints()).containsExactly("checkpoint-2", "checkpoint-4");
        try (var children = Files.list(directory)) {
            assertThat(children.map(path -> path.getFileName().toString())).noneMatch(name -> name.startsWith(".tmp-"));
        }
        TrainingFixture resumed = new TrainingFixture(engine, directory);
        resumed.resume = new Resume.Latest();
        resumed.run();
        assertThat(resumed.heard(TrainingEvent.Started.class).get(0).startStep())
                .isEqualTo(4);
    }

    @Test
    void aNewRunBesideOldCheckpointsWarnsAndReplacesThem() throws Exception {
        run.run();
        TrainingFixture again = new TrainingFixture(engine, directory);
        again.planHash = "plan-b";
        again.maxSteps = 4;
        again.run();
        assertThat(again.heard(TrainingEvent.Warning.class)).hasSize(1);
        assertThat(Files.readString(directory.resolve("checkpoint-4/trainer_state.json")))
                .contains("plan-b");
        assertThat(Files.readString(directory.resolve("checkpoint-6/trainer_state.json")))
                .contains("plan-a");
        assertThat(TrainingFixture.metrics(directory).stream().filter(line -> line.contains("\"train\"")))
                .hasSize(4);
    }

    /** The same model without dropout. */
    private static final class WithoutDropout extends ForwardingModel {
        WithoutDropout(StepModel model) {
            super(model);
        }

        @Override
        public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
            return super.forwardBackward(batch, lossScale, BigramModel.NO_DROPOUT);
        }
    }
}
