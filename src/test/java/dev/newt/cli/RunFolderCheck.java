package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at every file that a run has in the user's sight, and holds each to be whole. */
final class RunFolderCheck {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String TEMPORARY = ".tmp-";

    private RunFolderCheck() {}

    /** Names of what is half written, and marked so. */
    static List<String> temporaries(Path output) throws IOException {
        try (Stream<Path> children = Files.list(output)) {
            return children.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(TEMPORARY))
                    .toList();
        }
    }

    /** Checks output_dir and the prepared data, as far as they are there. */
    static void everyFileIsWhole(Path output, Path prepared, Path model, Path config) throws IOException {
        for (Path file : files(output)) {
            String name = file.getFileName().toString();
            if (name.endsWith(".safetensors")) {
                SafetensorsFile.open(file).close();
            } else if (Files.exists(model.resolve(name))) {
                assertThat(file).hasSameBinaryContentAs(model.resolve(name));
            } else if (name.endsWith(".json")) {
                assertThat(JSON.readTree(Files.readString(file)).isObject())
                        .as("%s", file)
                        .isTrue();
            } else if (name.equals("report.html")) {
                assertThat(Files.readString(file).strip()).endsWith("</html>");
            } else if (name.equals("newt.yaml")) {
                assertThat(file).hasSameBinaryContentAs(config);
            } else if (name.equals("metrics.jsonl")) {
                metrics(file);
            } else {
                assertThat(name).isEqualTo(".lock");
            }
        }
        for (Path checkpoint : directories(output)) {
            JsonNode state = JSON.readTree(Files.readString(checkpoint.resolve("trainer_state.json")));
            assertThat(checkpoint.getFileName().toString())
                    .isEqualTo("checkpoint-" + state.path("run").path("step").asLong());
            assertThat(state.path("files").size()).isGreaterThan(3);
            for (JsonNode entry : state.path("files")) {
                Path file = checkpoint.resolve(entry.path("name").asString());
                assertThat(crc32c(file))
                        .as("%s", file)
                        .isEqualTo(entry.path("crc32c").asLong());
            }
        }
        for (Path entry : directories(prepared)) {
            JsonNode files = JSON.readTree(Files.readString(entry.resolve("manifest.json")))
                    .path("files");
            assertThat(files.size()).isPositive();
            for (var file : files.properties()) {
                assertThat(crc32c(entry.resolve(file.getKey())))
                        .isEqualTo(file.getValue().path("checksum").asLong());
            }
        }
    }

    /** The lines of metrics.jsonl that a reader can read. Only the last may be cut short; each step stands there once. */
    static List<JsonNode> metrics(Path file) throws IOException {
        String text = Files.readString(file);
        List<JsonNode> lines = new ArrayList<>();
        long step = 0;
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).split("\n")) {
            if (line.isEmpty()) {
                continue;
            }
            JsonNode json = JSON.readTree(line);
            if (json.path("kind").asString("").equals("train")) {
                assertThat(json.path("step").asLong()).isEqualTo(++step);
            }
            lines.add(json);
        }
        return lines;
    }

    private static List<Path> files(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    .filter(path -> !isTemporary(directory.relativize(path)))
                    .toList();
        }
    }

    private static List<Path> directories(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isDirectory)
                    .filter(path -> !isTemporary(path.getFileName()))
                    .toList();
        }
    }

    private static boolean isTemporary(Path relative) {
        for (Path name : relative) {
            if (name.toString().startsWith(TEMPORARY)) {
                return true;
            }
        }
        return false;
    }

    private static long crc32c(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(Files.readAllBytes(file));
        return crc.getValue();
    }
}
