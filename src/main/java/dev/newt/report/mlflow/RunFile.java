package dev.newt.report.mlflow;

import dev.newt.io.AtomicFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** mlflow.json in a run's directory: which run on which server it is, so that a resumed run continues it. */
final class RunFile {
    static final String FILE_NAME = "mlflow.json";

    private static final JsonMapper JSON = JsonMapper.shared();

    private RunFile() {}

    static void write(Path outputDirectory, URI server, MlflowClient.Run run) {
        AtomicFiles.writeString(
                outputDirectory.resolve(FILE_NAME),
                JSON.createObjectNode()
                                .put("tracking_uri", server.toString())
                                .put("experiment_id", run.experimentId())
                                .put("run_id", run.id())
                                .toPrettyString()
                        + "\n");
    }

    /** The run that this directory had on this server. */
    static Optional<MlflowClient.Run> read(Path outputDirectory, URI server) throws IOException {
        Path file = outputDirectory.resolve(FILE_NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = JSON.readTree(Files.readString(file));
            String id = json.path("run_id").asString("");
            return json.path("tracking_uri").asString("").equals(server.toString()) && !id.isEmpty()
                    ? Optional.of(
                            new MlflowClient.Run(id, json.path("experiment_id").asString(""), ""))
                    : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }
}
