package dev.newt.golden;

import dev.newt.data.MicroBatch;
import dev.newt.model.Decoder;
import dev.newt.model.load.WeightUse;
import dev.newt.run.SftModel;
import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The loss that balances a model's routers, added to its own where config.json asks for the routers' logits. */
final class GoldenRouters {
    private static final String KEY = "\"output_router_logits\": ";

    private final Engine engine;
    private final GoldenFolder golden;
    private final GoldenModels models;
    private final Findings findings;

    GoldenRouters(Engine engine, GoldenFolder golden, GoldenModels models, Findings findings) {
        this.engine = engine;
        this.golden = golden;
        this.models = models;
        this.findings = findings;
    }

    void check() {
        if (golden.has("forward_router_aux")) {
            forward(false, "routers");
            forward(true, "routers, checkpointed");
        }
    }

    /** The golden model's config.json, which leaves the routers alone, with the key set. */
    static String balanced(GoldenFolder golden) {
        try {
            String config = Files.readString(golden.path.resolve("model/config.json"));
            return config.replace(KEY + "false", KEY + "true");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forward(boolean checkpointing, String check) {
        JsonNode expected = golden.json.get("forward_router_aux");
        MicroBatch batch = golden.batch("forward", 0, 2);
        try (Decoder decoder = models.load(balanced(golden), slot -> WeightUse.TRAINED)) {
            List<TrainableParameter> trainable = GoldenModels.trainable(decoder);
            SftModel model = models.stepModel(decoder, trainable, checkpointing);
            double evaluated = model.evaluate(batch);
            loss(check + ": evaluation", evaluated, golden.json.get("forward"), batch);
            balance(check + ": evaluation", model, batch, expected);
            double sum = model.forwardBackward(batch, 1.0 / batch.trainedTokens(), 0);
            loss(check, sum, expected, batch);
            balance(check, model, batch, expected);
            double worst = 0;
            int compared = 0;
            for (TrainableParameter parameter : trainable) {
                JsonNode summary = expected.get("grads").get(parameter.name());
                if (summary != null) {
                    float[] gradient =
                            engine.downloadFloats(parameter.gradient().orElseThrow());
                    worst = Math.max(worst, GoldenFolder.distance(gradient, summary, 1e-8));
                    compared++;
                }
            }
            findings.report(check + ": gradients", worst, 1e-4);
            findings.report(
                    check + ": all named",
                    Math.abs(compared - expected.get("grads").size()),
                    0);
        }
    }

    private void loss(String check, double sum, JsonNode expected, MicroBatch batch) {
        double loss = expected.get("loss").asDouble();
        findings.report(check + ": loss", Findings.relative(sum / batch.trainedTokens(), loss), 1e-4);
    }

    private void balance(String check, SftModel model, MicroBatch batch, JsonNode expected) {
        double mean = model.metrics().get("router_loss") / batch.trainedTokens();
        double balance = expected.get("aux_loss").asDouble();
        findings.report(check + ": their own loss", Findings.relative(mean, balance), 1e-4);
    }
}
