package dev.newt.golden;

import dev.newt.adapter.Lora;
import dev.newt.data.DataPosition;
import dev.newt.data.MicroBatch;
import dev.newt.model.Decoder;
import dev.newt.model.load.WeightUse;
import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LearningRateSchedule;
import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import dev.newt.train.BatchSource;
import dev.newt.train.Cadence;
import dev.newt.train.Resume;
import dev.newt.train.RunIdentity;
import dev.newt.train.StepData;
import dev.newt.train.StepModel;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainSettings;
import dev.newt.train.Trainer;
import dev.newt.train.TrainingEvent;
import dev.newt.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/** Every recorded training run, by the real trainer: losses, gradient norms, learning rates, and the values at the end. */
final class GoldenTraining {
    private final Engine engine;
    private final GoldenFolder golden;
    private final GoldenModels models;
    private final Findings findings;
    private final JsonNode constants;

    GoldenTraining(Engine engine, GoldenFolder golden, GoldenModels models, Findings findings) {
        this.engine = engine;
        this.golden = golden;
        this.models = models;
        this.findings = findings;
        this.constants = golden.json.get("train");
    }

    void check() {
        if (constants == null) {
            return;
        }
        IntFunction<List<MicroBatch>> batches = step -> List.of(golden.batch("train", 2 * step, 2 * step + 2));
        adapter("lora_noclip", "adapter", batches);
        adapter("lora_clip1", "adapter", batches);
        adapter("dora_noclip", "adapter_dora", batches);
        adapter("rslora_noclip", "adapter_rslora", batches);
        adapter("lora_experts", "adapter_experts", batches);
        adapter("packed_noclip", "adapter", step -> List.of(golden.packedBatch(step)));
        IntFunction<List<MicroBatch>> accumulated = step -> List.of(
                golden.batch("train", 2 * step, 2 * step + 1), golden.batch("train", 2 * step + 1, 2 * step + 2));
        adapter("lora_accum2_num_items", "adapter", accumulated);
        adapter(
                "lora_experts_routers",
                () -> models.adapted(
                        models.load(GoldenRouters.balanced(golden), slot -> WeightUse.FROZEN), "adapter_experts"),
                accumulated);
        full("full_noclip", batches);
        full("full_clip1", batches);
    }

    private void adapter(String run, String folder, IntFunction<List<MicroBatch>> batches) {
        adapter(run, () -> models.adapted(folder), batches);
    }

    private void adapter(String run, Supplier<Lora> model, IntFunction<List<MicroBatch>> batches) {
        if (constants.has(run)) {
            try (Lora lora = model.get()) {
                train(run, lora.decoder(), lora.trainable(), batches);
                String end = "train." + run + ".final/";
                if (golden.hasTensor(end + lora.trainable().get(0).name())) {
                    compareEnd(run, lora.trainable(), name -> golden.floats(end + name));
                }
            }
        }
    }

    private void full(String run, IntFunction<List<MicroBatch>> batches) {
        if (constants.has(run)) {
            try (Decoder decoder = models.trained();
                    SafetensorsFile end = SafetensorsFile.open(golden.path.resolve("train." + run + ".safetensors"))) {
                List<TrainableParameter> trainable = GoldenModels.trainable(decoder);
                train(run, decoder, trainable, batches);
                compareEnd(run, trainable, name -> GoldenFolder.floats(end, name));
            }
        }
    }

    private void compareEnd(String run, List<TrainableParameter> trained, Function<String, float[]> expected) {
        double worst = 0;
        for (TrainableParameter parameter : trained) {
            float[] actual = engine.downloadFloats(parameter.master());
            worst = Math.max(worst, Findings.relative(actual, expected.apply(parameter.name())));
        }
        findings.report(run + ": final values", worst, 1e-3);
    }

    private void train(
            String run, Decoder decoder, List<TrainableParameter> trainable, IntFunction<List<MicroBatch>> batches) {
        List<TrainingEvent.StepDone> steps = new ArrayList<>();
        StepModel model = models.stepModel(decoder, trainable);
        BatchSource data = new BatchSource() {
            @Override
            public long stepsPerEpoch() {
                return constants.get("steps").asLong();
            }

            @Override
            public StepData step(long globalStep, DataPosition position) {
                return new StepData(batches.apply((int) globalStep), position);
            }
        };
        Path output = temporaryDirectory();
        new Trainer(engine, model, data, List.of(), settings(run, output), new StopRequest(), List.of(event -> {
                    if (event instanceof TrainingEvent.StepDone done) {
                        steps.add(done);
                    }
                }))
                .run();
        JsonNode expected = constants.get(run);
        double[] worst = new double[3];
        for (int i = 0; i < steps.size(); i++) {
            TrainingEvent.StepDone step = steps.get(i);
            worst[0] = Math.max(
                    worst[0],
                    Findings.relative(step.loss(), expected.at("/loss/" + i).asDouble()));
            worst[1] = Math.max(
                    worst[1],
                    Findings.relative(
                            step.gradNorm(), expected.at("/grad_norm/" + i).asDouble()));
            worst[2] = Math.max(
                    worst[2],
                    Math.abs(step.learningRate() - expected.at("/lr/" + i).asDouble()));
        }
        findings.report(
                run + ": steps", Math.abs(steps.size() - expected.get("loss").size()), 0);
        findings.report(run + ": losses", worst[0], 1e-3);
        findings.report(run + ": gradient norms", worst[1], 1e-3);
        findings.report(run + ": learning rates", worst[2], 1e-9);
    }

    private TrainSettings settings(String run, Path output) {
        double decay = constants.get("weight_decay").asDouble();
        return new TrainSettings(
                output,
                RunIdentity.named(run),
                0,
                1,
                OptionalLong.empty(),
                new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.COSINE,
                        constants.get("lr").asDouble(),
                        OptionalLong.of(constants.get("warmup").asLong()),
                        OptionalDouble.empty(),
                        0),
                new AdamWSettings(
                        constants.at("/betas/0").asDouble(),
                        constants.at("/betas/1").asDouble(),
                        constants.get("eps").asDouble(),
                        decay),
                run.contains("clip1") ? OptionalDouble.of(1) : OptionalDouble.empty(),
                1,
                new Cadence.Never(),
                new Cadence.Never(),
                OptionalInt.empty(),
                new Resume.Fresh(),
                Optional.empty(),
                OptionalInt.empty());
    }

    private static Path temporaryDirectory() {
        try {
            Path directory = Files.createTempDirectory("golden");
            directory.toFile().deleteOnExit();
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
