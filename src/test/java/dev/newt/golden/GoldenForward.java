package dev.newt.golden;

import dev.newt.data.MicroBatch;
import dev.newt.model.Decoder;
import dev.newt.model.family.Families;
import dev.newt.run.SftModel;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.tensor.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** The base model: both forms of its config, logits, loss, and the gradients of all parameters. */
final class GoldenForward {
    private final Engine engine;
    private final GoldenFolder golden;
    private final GoldenModels models;
    private final Findings findings;

    GoldenForward(Engine engine, GoldenFolder golden, GoldenModels models, Findings findings) {
        this.engine = engine;
        this.golden = golden;
        this.models = models;
        this.findings = findings;
    }

    void check() {
        Path legacy = golden.path.resolve("model/config.legacy.json");
        if (Files.exists(legacy)) {
            boolean equal = Families.read(legacy).spec().equals(models.config.spec());
            findings.report("config.legacy equals config", equal ? 0 : 1, 0);
        }
        MicroBatch batch = golden.batch("forward", 0, 2);
        try (Decoder decoder = models.frozen()) {
            findings.report("forward logits", logits(engine, decoder, batch, "forward.logits", golden), 1e-4);
            findings.report("forward token nll", tokenNll(decoder, batch), 1e-4);
            double sum = models.stepModel(decoder, List.of()).evaluate(batch);
            JsonNode forward = golden.json.get("forward");
            findings.report(
                    "forward loss sum",
                    Findings.relative(sum, forward.get("loss_sum").asDouble()),
                    1e-4);
            findings.report(
                    "forward loss",
                    Findings.relative(
                            sum / batch.trainedTokens(), forward.get("loss").asDouble()),
                    1e-4);
            findings.report(
                    "trained tokens",
                    Math.abs(batch.trainedTokens()
                            - forward.get("num_loss_tokens").asInt()),
                    0);
        }
        gradients(batch, false, "full gradients");
        gradients(batch, true, "full gradients, checkpointed");
    }

    /** The worst relative error of the logits of every position that is not padding. */
    static double logits(Engine engine, Decoder decoder, MicroBatch batch, String name, GoldenFolder golden) {
        float[] expected = golden.floats(name);
        int rowLength = (int) golden.tensor(name).shape().dim(-2);
        int vocabulary = (int) golden.tensor(name).shape().dim(-1);
        int rows = expected.length / (rowLength * vocabulary);
        Segments segments = Segments.ofOffsets(batch.segmentOffsets());
        float[] actual = allLogits(engine, decoder, batch);
        float[] wanted = new float[actual.length];
        boolean packed = segments.count() > rows;
        int at = 0;
        for (int row = 0; row < rows; row++) {
            int length = packed ? segments.tokens() : segments.length(row);
            System.arraycopy(expected, row * rowLength * vocabulary, wanted, at, length * vocabulary);
            at += length * vocabulary;
        }
        return Findings.relative(actual, wanted);
    }

    /** The logits of every token, row after row. */
    static float[] allLogits(Engine engine, Decoder decoder, MicroBatch batch) {
        try (Tape tape = Tape.inference(engine);
                Parameter.Lease head = decoder.parameters().head().lease()) {
            Segments segments = Segments.ofOffsets(batch.segmentOffsets());
            Value hidden = decoder.hidden(tape, batch.tokenIds(), segments, false);
            try (Tensor logits = engine.linear(hidden.tensor(), head.tensor(), Optional.empty())) {
                return engine.downloadFloats(logits);
            }
        }
    }

    private double tokenNll(Decoder decoder, MicroBatch batch) {
        float[] recorded = golden.floats("forward.token_nll");
        List<int[]> labels = golden.rows("forward.labels");
        int width = recorded.length / labels.size();
        float[] expected = new float[batch.trainedTokens()];
        int next = 0;
        for (int row = 0; row < labels.size(); row++) {
            for (int t = 0; t < width; t++) {
                if (labels.get(row)[t + 1] != -100) {
                    expected[next++] = recorded[row * width + t];
                }
            }
        }
        try (Tape tape = Tape.inference(engine);
                Tensor positions = engine.upload(batch.targetPositions());
                Tensor targets = engine.upload(batch.targets())) {
            Value hidden = decoder.hidden(tape, batch.tokenIds(), Segments.ofOffsets(batch.segmentOffsets()), false);
            Value logProbs = tape.tokenLogProbs(hidden, decoder.parameters().head(), positions, targets);
            float[] actual = engine.downloadFloats(logProbs.tensor());
            for (int i = 0; i < actual.length; i++) {
                actual[i] = -actual[i];
            }
            return Findings.relative(actual, expected);
        }
    }

    private void gradients(MicroBatch batch, boolean checkpointing, String check) {
        try (Decoder decoder = models.trained()) {
            List<TrainableParameter> trainable = GoldenModels.trainable(decoder);
            SftModel model = models.stepModel(decoder, trainable, checkpointing);
            model.forwardBackward(batch, 1.0 / batch.trainedTokens(), 0);
            double norm = golden.json.at("/forward/global_grad_norm").asDouble();
            double worst = 0;
            double square = 0;
            for (TrainableParameter parameter : trainable) {
                Tensor gradient = parameter.gradient().orElseThrow();
                JsonNode summary = golden.json.get("grads").get(parameter.name());
                double distance = GoldenFolder.distance(engine.downloadFloats(gradient), summary, 1e-8 * norm);
                worst = Math.max(worst, distance);
                square += engine.squaredNorm(List.of(gradient));
            }
            findings.report(check, worst, 1e-4);
            findings.report(check + ": norm", Findings.relative(Math.sqrt(square), norm), 1e-4);
            boolean all = trainable.size() == golden.json.get("grads").size();
            findings.report(check + ": all named", all ? 0 : 1, 0);
        }
    }
}
