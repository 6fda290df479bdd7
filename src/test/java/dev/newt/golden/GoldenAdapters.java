package dev.newt.golden;

import dev.newt.adapter.Lora;
import dev.newt.data.MicroBatch;
import dev.newt.model.Decoder;
import dev.newt.model.load.WeightUse;
import dev.newt.run.SftModel;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Linear;
import dev.newt.tensor.Linear.LowRank;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.weights.SafetensorsFile;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Adapters: losses, logits, gradients, merged weights; on a packed row; on 4-bit weights. */
final class GoldenAdapters {
    private static final Map<String, String> FOLDERS =
            Map.of(
                    "lora", "adapter",
                    "dora", "adapter_dora",
                    "rslora", "adapter_rslora",
                    "lora_experts", "adapter_experts");

    private final Engine engine;
    private final GoldenFolder golden;
    private final GoldenModels models;
    private final Findings findings;

    GoldenAdapters(Engine engine, GoldenFolder golden, GoldenModels models, Findings findings) {
        this.engine = engine;
        this.golden = golden;
        this.models = models;
        this.findings = findings;
    }

    void check() {
        for (String kind : List.of("lora", "dora", "rslora", "lora_experts")) {
            if (golden.has(kind)) {
                try (Lora lora = models.adapted(FOLDERS.get(kind))) {
                    JsonNode section = golden.json.get(kind);
                    MicroBatch batch = golden.batch("forward", 0, 2);
                    losses(kind, lora, batch, section.get("loss").asDouble(), section.get("grads"));
                    logits(kind + ".logits_row0", lora.decoder(), golden.batch("forward", 0, 1));
                    if (section.has("merged")) {
                        merged(kind, lora, section.get("merged"));
                    }
                }
            }
        }
        if (golden.has("packed")) {
            packed();
        }
        if (Files.exists(golden.path.resolve("nf4/nf4.json"))) {
            quantised("qlora", WeightUse.NF4_PLAIN);
            quantised("qlora_double_quant", WeightUse.NF4);
        }
    }

    private void losses(String kind, Lora lora, MicroBatch batch, double loss, JsonNode gradients) {
        SftModel model = models.stepModel(lora.decoder(), lora.trainable());
        double sum = model.forwardBackward(batch, 1.0 / batch.trainedTokens(), 0);
        findings.report(kind + " loss", Findings.relative(sum / batch.trainedTokens(), loss), 1e-4);
        double worst = 0;
        for (TrainableParameter parameter : lora.trainable()) {
            Tensor gradient = parameter.gradient().orElseThrow();
            worst = Math.max(
                    worst,
                    GoldenFolder.distance(engine.downloadFloats(gradient), gradients.get(parameter.name()), 1e-8));
            parameter.clearGradient();
        }
        findings.report(kind + " gradients", worst, 1e-4);
        boolean all = lora.trainable().size() == gradients.size();
        findings.report(kind + " gradients: all named", all ? 0 : 1, 0);
    }

    private void logits(String name, Decoder decoder, MicroBatch batch) {
        if (golden.hasTensor(name)) {
            findings.report(name, GoldenForward.logits(engine, decoder, batch, name, golden), 1e-4);
        }
    }

    private void merged(String kind, Lora lora, JsonNode summaries) {
        double worst = 0;
        for (Linear linear : lora.decoder().parameters().linears()) {
            if (linear.adapter().isEmpty()) {
                continue;
            }
            LowRank adapter = linear.adapter().get();
            try (Parameter.Lease w = linear.weight().lease();
                    Parameter.Lease a = adapter.a().lease();
                    Parameter.Lease b = adapter.b().lease();
                    Tensor merged = engine.mergeLowRank(
                            w.tensor(),
                            a.tensor(),
                            b.tensor(),
                            adapter.scale(),
                            adapter.magnitude().map(m -> m.lease().tensor()))) {
                JsonNode summary = summaries.get(linear.weight().name());
                worst = Math.max(worst, GoldenFolder.distance(engine.downloadFloats(merged), summary, 0));
            }
        }
        findings.report(kind + " merged weights", worst, 1e-4);
    }

    private void packed() {
        MicroBatch row = golden.packedBatch(0);
        try (Lora lora = models.adapted("adapter")) {
            logits("packed.logits_step0", lora.decoder(), row);
            losses(
                    "packed",
                    lora,
                    row,
                    golden.json.at("/packed/loss").asDouble(),
                    golden.json.at("/packed/lora_grads"));
            SftModel model = models.stepModel(lora.decoder(), lora.trainable());
            double apart = 0;
            for (int i = 0; i + 1 < row.segmentOffsets().length; i++) {
                apart += model.evaluate(GoldenFolder.document(row, i));
            }
            findings.report("packed equals apart", Findings.relative(model.evaluate(row), apart), 1e-6);
        }
    }

    private void quantised(String kind, WeightUse use) {
        JsonNode section =
                GoldenFolder.readJson(golden.path.resolve("nf4/nf4.json")).get(kind);
        Decoder base = models.load(
                slot -> slot.isQuantised() ? use : WeightUse.FROZEN);
        String adapter = section.path("adapter").asString("adapter");
        try (Lora lora = models.adapted(base, adapter);
                SafetensorsFile file = SafetensorsFile.open(golden.path.resolve("nf4/nf4.safetensors"))) {
            losses(
                    kind,
                    lora,
                    golden.batch("forward", 0, 2),
                    section.get("loss").asDouble(),
                    section.get("lora_grads"));
            MicroBatch row = golden.batch("forward", 0, 1);
            float[] expected = GoldenFolder.floats(file, kind + ".logits_row0");
            findings.report(
                    kind + ".logits_row0",
                    Findings.relative(GoldenForward.allLogits(engine, lora.decoder(), row), expected),
                    1e-4);
        }
    }
}
