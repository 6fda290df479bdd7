package dev.newt.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.newt.adapter.Lora;
import dev.newt.data.DataPosition;
import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.Example;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.model.Decoder;
import dev.newt.objective.Dpo;
import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.run.PolicyModel;
import dev.newt.run.SftModel;
import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import dev.newt.train.BatchSource;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.RunIdentity;
import dev.newt.train.StepData;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainSettings;
import dev.newt.train.Trainer;
import dev.newt.train.TrainingEvent;
import dev.newt.weights.SafetensorsFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * DPO against TRL 1.13: ten steps of the real trainer. Losses, gradient norms and sums of log-probabilities are within 1e-4 of their size, and
 * the weights at the end within 1e-3 of the way that they went.
 *
 * <p>A reward is {@code beta * (s - r)}, where s and r sum the log-probabilities of an answer under policy and reference. Two programs in 32 bits
 * that agree on each sum to a part e agree on the reward to {@code beta * e * (|s| + |r|)}, about {@code 2 * beta * e * |s|}, however small the
 * reward itself is: at the first step of full training it is 0. So rewards are held by an absolute tolerance, {@code beta * |s|} times
 * 2e-6, a hundredth of what the sums' own 1e-4 would allow; a margin, the difference of two rewards, by the sum of both. In units of rewards
 * that is about 2e-5.
 */
class GoldenDpoTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden");
    private static final Path OBJECTIVES = GOLDEN.resolve("objectives");
    private static final int STEPS = 10;
    private static final int PAIRS = 20;
    private static final double BETA = 0.1;
    private static final double TOLERANCE = 1e-4;
    private static final double REWARD_TOLERANCE = 2e-6;

    private static Engine engine;

    @TempDir
    Path directory;

    @BeforeAll
    static void open() {
        engine = DjlEngine.create(1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    @Test
    void trainsAnAdapterAgainstTheModelWithoutIt() {
        adapter("dpo_sigmoid", 1);
    }

    @Test
    void accumulatesPairsOverMicroBatches() {
        adapter("dpo_sigmoid_accum2", 2);
    }

    @Test
    void trainsAllWeightsAgainstAFrozenCopy() {
        try (GoldenFolder folder = new GoldenFolder(GOLDEN.resolve("llama_tied"))) {
            GoldenModels models = new GoldenModels(engine, folder);
            try (Decoder policy = models.trained();
                    Decoder reference = models.frozen()) {
                check("dpo_sigmoid_full", policy, Optional.of(reference), GoldenModels.trainable(policy), 1, 2e-4);
            }
        }
    }

    private void adapter(String run, int accumulation) {
        try (GoldenFolder folder = new GoldenFolder(GOLDEN.resolve("llama"))) {
            try (Lora lora = new GoldenModels(engine, folder).adapted("adapter")) {
                check(run, lora.decoder(), Optional.empty(), lora.trainable(), accumulation, 1e-3);
            }
        }
    }

    private void check(
            String run,
            Decoder policy,
            Optional<Decoder> reference,
            List<? extends TrainableParameter> trainable,
            int accumulation,
            double learningRate) {
        JsonNode pairs = GoldenFolder.readJson(OBJECTIVES.resolve("pairs.json")).get("pairs");
        BatchSource data = new BatchSource() {
            @Override
            public long stepsPerEpoch() {
                return STEPS;
            }

            @Override
            public StepData step(long globalStep, DataPosition position) {
                List<MicroBatch> batches = new ArrayList<>();
                for (int i = 0; i < accumulation; i++) {
                    int first = (int) (2 * (globalStep * accumulation + i)) % PAIRS;
                    batches.add(batch(pairs, first));
                }
                return new StepData(batches, position);
            }
        };
        List<float[]> start = trainable.stream()
                .map(parameter -> engine.downloadFloats(parameter.master()))
                .toList();
        List<TrainingEvent.StepDone> steps = new ArrayList<>();
        PolicyModel model =
                new PolicyModel(engine, policy, reference, new Dpo(BETA), trainable, false, SftModel.Outputs.NONE);
        new Trainer(engine, model, data, List.of(), settings(run, learningRate), new StopRequest(), List.of(event -> {
                    if (event instanceof TrainingEvent.StepDone done) {
                        steps.add(done);
                    }
                }))
                .run();

        JsonNode recorded =
                GoldenFolder.readJson(OBJECTIVES.resolve(run + ".json")).get("steps");
        assertThat(steps).hasSize(recorded.size());
        for (int i = 0; i < steps.size(); i++) {
            JsonNode expected = recorded.get(i);
            Map<String, Double> metrics = steps.get(i).metrics();
            assertThat(metrics).hasSize(6);
            assertRelative(run, i, "loss", steps.get(i).loss(), expected);
            assertRelative(run, i, "grad_norm", steps.get(i).gradNorm(), expected);
            assertRelative(run, i, "logps/chosen", metrics.get("logps/chosen"), expected);
            assertRelative(run, i, "logps/rejected", metrics.get("logps/rejected"), expected);
            double chosen = rewardTolerance(expected, "logps/chosen");
            double rejected = rewardTolerance(expected, "logps/rejected");
            assertWithin(run, i, "rewards/chosen", metrics, expected, chosen);
            assertWithin(run, i, "rewards/rejected", metrics, expected, rejected);
            assertWithin(run, i, "rewards/margins", metrics, expected, chosen + rejected);
            assertWithin(run, i, "rewards/accuracies", metrics, expected, 0);
        }
        try (SafetensorsFile end = SafetensorsFile.open(OBJECTIVES.resolve(run + ".safetensors"))) {
            for (int i = 0; i < start.size(); i++) {
                String name = trainable.get(i).name();
                float[] actual = engine.downloadFloats(trainable.get(i).master());
                assertThat(distance(actual, GoldenFolder.floats(end, "final/" + name), start.get(i)))
                        .as("%s of %s", name, run)
                        .isLessThan(1e-3);
            }
        }
    }

    private static double rewardTolerance(JsonNode expected, String sums) {
        return REWARD_TOLERANCE * BETA * Math.abs(expected.get(sums).asDouble());
    }

    private static void assertRelative(String run, int step, String metric, double actual, JsonNode expected) {
        double wanted = expected.get(metric).asDouble();
        assertThat(actual)
                .as("%s, step %d: %s", run, step, metric)
                .isCloseTo(wanted, within(TOLERANCE * Math.abs(wanted)));
    }

    private static void assertWithin(
            String run, int step, String metric, Map<String, Double> actual, JsonNode expected, double tolerance) {
        assertThat(actual.get(metric))
                .as("%s, step %d: %s", run, step, metric)
                .isCloseTo(expected.get(metric).asDouble(), within(tolerance));
    }

    private static double distance(float[] actual, float[] expected, float[] start) {
        double apart = 0;
        double moved = 0;
        for (int i = 0; i < expected.length; i++) {
            apart += Math.pow(actual[i] - (double) expected[i], 2);
            moved += Math.pow(expected[i] - (double) start[i], 2);
        }
        return Math.sqrt(apart / moved);
    }

    /** Two pairs from a row on: each chosen answer with its rejected one behind it. */
    private static MicroBatch batch(JsonNode pairs, int first) {
        List<Example> examples = new ArrayList<>();
        for (JsonNode pair : List.of(pairs.get(first), pairs.get(first + 1))) {
            examples.add(example(pair.get("prompt_ids"), pair.get("chosen_ids")));
            examples.add(example(pair.get("prompt_ids"), pair.get("rejected_ids")));
        }
        return MicroBatch.of(examples);
    }

    private static Example example(JsonNode prompt, JsonNode answer) {
        int[] ids = new int[prompt.size() + answer.size()];
        boolean[] trained = new boolean[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (i < prompt.size() ? prompt.get(i) : answer.get(i - prompt.size())).asInt();
        }
        Arrays.fill(trained, prompt.size(), ids.length, true);
        return new Example(ids, trained);
    }

    private TrainSettings settings(String run, double learningRate) {
        return new TrainSettings(
                directory,
                RunIdentity.named(run),
                0,
                1,
                OptionalLong.empty(),
                new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.LINEAR, learningRate, OptionalLong.of(0), OptionalDouble.empty(), 0),
                AdamWSettings.DEFAULT,
                OptionalDouble.of(1),
                1,
                new Cadence.Never(),
                new Cadence.Never(),
                OptionalInt.empty(),
                new Resume.Fresh(),
                Optional.empty(),
                OptionalInt.empty());
    }
}
