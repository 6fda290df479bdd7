package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Supervised fine-tuning with AdamW gives what it gave when these runs were recorded, by the last build whose loop was made for nothing else.
 *
 * <p>libtorch chooses its code by the processor, and sums in another order on another one. So the bits are compared where the processor is of
 * the recorded kind, and elsewhere losses and norms within 1e-4 of their size. The recorded runs had one thread.
 */
@Tag("slow")
class RecordedRunTest {
    private static final Path RECORDED = Path.of("src/test/resources/reference");
    private static final double ON_OTHER_PROCESSORS = 1e-4;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"lora", "full", "qlora"})
    void trainsAsRecorded(String kind) throws Exception {
        JsonNode recorded =
                JsonMapper.shared().readTree(RECORDED.resolve("recorded.json").toFile());
        JsonNode run = recorded.get("runs").get(kind);
        copyModel();
        Files.copy(RECORDED.resolve("rows.jsonl"), directory.resolve("rows.jsonl"));
        Files.copy(RECORDED.resolve(kind + ".yaml"), directory.resolve("run.yaml"));

        NewtProcess process = NewtProcess.ofClasses(Map.of("NEWT_THREADS", "1"), directory, "train", "run.yaml");

        assertThat(process.exitCode()).as(process.err()).isZero();
        boolean sameKind = recorded.get("processor").asString().equals(processor());
        for (String metric : List.of("loss", "grad_norm", "learning_rate", "eval_loss")) {
            List<Double> values = values(metric);
            assertThat(values).as(metric).hasSize(run.get(metric).size());
            for (int i = 0; i < values.size(); i++) {
                double expected = run.get(metric).get(i).asDouble();
                assertThat(values.get(i))
                        .as("%s %d", metric, i)
                        .isCloseTo(expected, within(sameKind ? 0 : ON_OTHER_PROCESSORS * Math.abs(expected)));
            }
        }
        if (sameKind) {
            byte[] weights = Files.readAllBytes(
                    directory.resolve("output").resolve(run.get("weights").asString()));
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(weights)))
                    .isEqualTo(run.get("sha256").asString());
        }
    }

    private void copyModel() throws IOException {
        Path model = Files.createDirectory(directory.resolve("model"));
        try (var files = Files.list(Path.of("src/test/resources/golden/llama/model"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
    }

    private List<Double> values(String metric) throws IOException {
        List<Double> values = new ArrayList<>();
        for (String line : Files.readAllLines(directory.resolve("output/metrics.jsonl"))) {
            JsonNode value = JsonMapper.shared().readTree(line).path(metric);
            if (value.isNumber()) {
                values.add(value.asDouble());
            }
        }
        return values;
    }

    /** Maker and model; empty where the system does not say. */
    private static String processor() throws IOException {
        Path file = Path.of("/proc/cpuinfo");
        if (!Files.exists(file)) {
            return "";
        }
        Map<String, String> facts = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                facts.putIfAbsent(
                        line.substring(0, colon).strip(),
                        line.substring(colon + 1).strip());
            }
        }
        return facts.get("vendor_id") + " family " + facts.get("cpu family") + " model " + facts.get("model");
    }
}
