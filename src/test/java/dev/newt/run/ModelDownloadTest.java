package dev.newt.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.hub.DownloadListener;
import dev.newt.hub.Hub;
import dev.newt.hub.HubServer;
import dev.newt.hub.HubSettings;
import dev.newt.hub.Repo;
import dev.newt.hub.Revision;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelDownloadTest {
    private HubServer server;

    @TempDir
    Path home;

    @BeforeEach
    void start() throws IOException {
        server = new HubServer();
        for (String name : List.of(
                "README.md", "config.json", "tokenizer.json", "onnx/model.onnx", "original/consolidated.safetensors")) {
            server.put(name, "{}");
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theShardsThatTheIndexNamesAreFetchedAndNothingElse() throws IOException {
        server.put(
                "model.safetensors.index.json",
                "{\"weight_map\": {\"a\": \"model-2.safetensors\", \"b\": \"model-1.safetensors\", \"c\": \"model-2.safetensors\"}}");
        server.put("model-1.safetensors", "1");
        server.put("model-2.safetensors", "2");
        server.put("model-3.safetensors", "3");
        server.put("pytorch_model.bin", "pickle");

        assertThat(names(ModelDownload.model(revision(), true)))
                .containsExactly(
                        "config.json",
                        "model-1.safetensors",
                        "model-2.safetensors",
                        "model.safetensors.index.json",
                        "tokenizer.json");
    }

    @Test
    void withoutWeightsOnlyTheSmallFilesAreFetched() throws IOException {
        server.put("model.safetensors", "1");

        assertThat(names(ModelDownload.model(revision(), false))).containsExactly("config.json", "tokenizer.json");
        assertThat(names(ModelDownload.tokenizer(revision()))).contains("tokenizer.json");
    }

    @Test
    void picklesAreNotFetched() {
        server.put("pytorch_model.bin", "pickle");

        assertThatThrownBy(() -> ModelDownload.model(revision(), true))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("pickles");
        assertThat(server.asked).noneMatch(asked -> asked.path().contains("/resolve/"));
    }

    @Test
    void anIndexThatNamesAFileElsewhereIsRefused() throws IOException {
        server.put("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../../../x.safetensors\"}}");
        server.put("x.safetensors", "1");

        assertThatThrownBy(() -> ModelDownload.model(revision(), true))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("safely");
        try (Stream<Path> all = Files.walk(home)) {
            assertThat(all).noneMatch(path -> path.endsWith("x.safetensors"));
        }
    }

    private Revision revision() {
        Map<String, String> env = Map.of("HF_ENDPOINT", server.address(), "HF_HOME", home.toString());
        return new Hub(HubSettings.of(env, home), DownloadListener.silent())
                .open(new Repo(Repo.Kind.MODEL, "org/model"), Optional.empty());
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }
}
