package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.hub.HubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program with a model and data that are named by their place on the hub. */
@Tag("slow")
class HubRunTest {
    @TempDir
    Path folder;

    @Test
    void preprocessFetchesWhatItNeedsAndPlanFindsIt() throws IOException, InterruptedException {
        Path config = TinyRun.config(folder);
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("base_model: " + TinyRun.MODEL, "base_model: org/tiny\nrevision_of_model: v1")
                        .replace("path: rows.jsonl", "path: org/rows\n    revision: v2"));
        try (HubServer server = new HubServer();
                Stream<Path> model = Files.list(TinyRun.MODEL)) {
            for (Path file : (Iterable<Path>) model::iterator) {
                server.files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
            server.files.put("train.jsonl", Files.readAllBytes(folder.resolve("rows.jsonl")));
            Map<String, String> environment = new HashMap<>();
            environment.put("HF_ENDPOINT", server.address());
            environment.put("HF_HOME", folder.resolve("hf").toString());

            NewtProcess planned = NewtProcess.ofClasses(environment, folder, "plan", "config.yaml");
            assertThat(planned.exitCode()).isZero();
            assertThat(planned.err())
                    .contains("warning: base_model: the model org/tiny is not here; train and preprocess fetch it from"
                            + " the hub. Whether its family is supported, and what it needs, is known then\n")
                    .contains("warning: datasets[0].path: org/rows is not here;");
            assertThat(planned.out()).isEqualTo("no plan can be shown before the model is here\n");
            NewtProcess checked = NewtProcess.ofClasses(environment, folder, "validate", "config.yaml");
            assertThat(checked.exitCode()).isZero();
            assertThat(checked.err()).isEqualTo(planned.err());
            for (String verb : List.of("plan", "validate")) {
                NewtProcess strict = NewtProcess.ofClasses(environment, folder, verb, "--strict", "config.yaml");
                assertThat(strict.exitCode()).as(verb).isEqualTo(2);
            }
            assertThat(server.asked).isEmpty();

            NewtProcess prepared = NewtProcess.ofClasses(environment, folder, "preprocess", "config.yaml");
            assertThat(prepared.exitCode()).isZero();
            assertThat(prepared.out()).contains("48 rows");
            assertThat(server.asked).noneMatch(asked -> asked.path().endsWith(".safetensors"));
            assertThat(server.asked)
                    .anyMatch(asked -> asked.path().startsWith("/api/models/org/tiny/revision/v1"))
                    .anyMatch(asked -> asked.path().startsWith("/api/datasets/org/rows/revision/v2"))
                    .noneMatch(asked -> asked.path().contains("/revision/main"));
        }
        Map<String, String> offline =
                Map.of("HF_HUB_OFFLINE", "1", "HF_HOME", folder.resolve("hf").toString());

        NewtProcess planned = NewtProcess.ofClasses(offline, folder, "plan", "config.yaml");
        NewtProcess trained = NewtProcess.ofClasses(offline, folder, "config.yaml");

        assertThat(planned.exitCode()).isZero();
        assertThat(trained.exitCode()).isEqualTo(2);
        assertThat(trained.err()).contains("model.safetensors").contains("HF_HUB_OFFLINE");
    }
}
