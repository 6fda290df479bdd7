package dev.newt.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.hub.DownloadListener;
import dev.newt.hub.Hub;
import dev.newt.hub.HubServer;
import dev.newt.hub.HubSettings;
import dev.newt.hub.WebCache;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RemoteDataTest {
    private static final String CARD =
            """
            ---
            license: mit
            configs:
            - config_name: main
              default: true
              data_files:
              - split: train
                path: main/part-*.jsonl
              - split: test
                path: [main/held.jsonl]
            - config_name: extra
              data_files: extra/*.jsonl
            ---
            # Rows
            """;

    private final Map<String, String> env = new HashMap<>();
    private HubServer server;

    @TempDir
    Path home;

    @BeforeEach
    void start() throws IOException {
        server = new HubServer();
        env.put("HF_ENDPOINT", server.address());
        env.put("HF_HOME", home.resolve("hf").toString());
        env.put("NEWT_CACHE", home.resolve("newt").toString());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theFilesOfASplitAreFetchedAndFoundAfterwardsWithoutTheHub() {
        server.put("data/train-00000-of-00002.jsonl", "{\"i\":0}\n");
        server.put("data/train-00001-of-00002.jsonl", "{\"i\":1}\n");
        server.put("data/test-00000-of-00001.jsonl", "{\"i\":2}\n");

        assertThat(fetched(request("org/rows", "train")))
                .containsExactly("train-00000-of-00002.jsonl", "train-00001-of-00002.jsonl");
        assertThat(server.asked).noneMatch(asked -> asked.path().contains("data/test-"));
        server.close();
        assertThat(found(request("org/rows", "train[:1]"))).hasSize(2);
    }

    @Test
    void theCardSaysWhichFilesAConfigurationHas() {
        server.put("README.md", CARD);
        for (String name :
                List.of("main/part-1.jsonl", "main/part-2.jsonl", "main/held.jsonl", "extra/x.jsonl", "z.jsonl")) {
            server.put(name, "{}\n");
        }

        assertThat(fetched(request("org/rows", "train"))).containsExactly("part-1.jsonl", "part-2.jsonl");
        assertThat(fetched(request("org/rows", "test"))).containsExactly("held.jsonl");
        assertThat(fetched(named("extra"))).containsExactly("x.jsonl");
        assertThatThrownBy(() -> fetched(named("none")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("it has main, extra");
        assertThatThrownBy(() -> fetched(request("org/rows", "validation")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("it has train, test");
    }

    @Test
    void aConfigurationMayBeAFolder() {
        server.put("en/train.jsonl", "{}\n");
        server.put("de/train.jsonl", "{}\n");

        assertThat(fetched(named("de"))).containsExactly("train.jsonl");
        assertThat(server.asked).noneMatch(asked -> asked.path().contains("/en/"));
    }

    @Test
    void aFolderStandsForTheWholeWhateverTheCardSays() {
        server.put("README.md", CARD);
        for (String name :
                List.of("python/train-1.jsonl", "python/test-1.jsonl", "java/train-1.jsonl", "main/part-1.jsonl")) {
            server.put(name, "{}\n");
        }

        assertThat(fetched(inFolder("python", "train"))).containsExactly("train-1.jsonl");
        assertThat(fetched(inFolder("python/", "test"))).containsExactly("test-1.jsonl");
        assertThat(server.asked).noneMatch(asked -> asked.path().contains("/java/"));
        assertThatThrownBy(() -> fetched(inFolder("rust", "train")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has no folder rust/");
        assertThatThrownBy(() -> fetched(new DatasetRequest(
                        "org/rows",
                        List.of(),
                        Optional.empty(),
                        Split.TRAIN,
                        new RepoChoice(Optional.of("main"), Optional.of("python"), Optional.empty()))))
                .hasMessageContaining("a configuration (main) and a folder (python/) cannot both be chosen");
    }

    @Test
    void dataFilesChooseInTheRepository() {
        server.put("a.jsonl", "{}\n");
        server.put("sub/b.jsonl", "{}\n");

        assertThat(fetched(new DatasetRequest(
                        "org/rows", List.of("sub/*.jsonl"), Optional.empty(), Split.TRAIN, RepoChoice.DEFAULT)))
                .containsExactly("b.jsonl");
    }

    @Test
    void whatExistsHereWins() throws IOException {
        Files.createDirectories(home.resolve("org/rows"));
        Files.writeString(home.resolve("org/rows/local.jsonl"), "{}\n");

        assertThat(fetched(request("org/rows", "train"))).containsExactly("local.jsonl");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void aMissingFileIsNotTakenForARepository() {
        remote().fetch(request("data/train.jsonl", "train"), home::resolve);

        assertThat(server.asked).isEmpty();
        assertThatThrownBy(() -> found(request("data/train.jsonl", "train")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void whatWasNotFetchedIsSaidSo() {
        assertThatThrownBy(() -> found(request("org/rows", "train")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has not been downloaded");
        assertThatThrownBy(() -> found(request(server.address() + "/elsewhere/a.jsonl", "train")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has not been downloaded");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void aLoadingScriptIsRefused() {
        server.put("rows.py", "import os");

        assertThatThrownBy(() -> fetched(request("org/rows", "train")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("code from data sets is never run")
                .hasMessageContaining("refs/convert/parquet");
    }

    @Test
    void anAddressIsAPathToo() {
        server.put("a.jsonl", "{}\n");
        String address = server.address() + "/elsewhere/a.jsonl";

        assertThat(fetched(request(address, "train"))).containsExactly("a.jsonl");
        assertThat(fetched(new DatasetRequest(
                        "json", List.of(address), Optional.empty(), Split.TRAIN, RepoChoice.DEFAULT)))
                .containsExactly("a.jsonl");
    }

    @Test
    void aWayOfReadingMayStandForThePath() throws IOException {
        Files.writeString(home.resolve("rows"), "{}\n");

        List<DataFile> files = DataFiles.find(
                new DatasetRequest("json", List.of("rows"), Optional.empty(), Split.TRAIN, RepoChoice.DEFAULT),
                home::resolve,
                remote());

        assertThat(files).containsExactly(new DataFile(home.resolve("rows"), Format.JSON));
    }

    private static DatasetRequest request(String path, String split) {
        return new DatasetRequest(path, List.of(), Optional.empty(), Split.parse(split), RepoChoice.DEFAULT);
    }

    private static DatasetRequest named(String name) {
        return new DatasetRequest(
                "org/rows",
                List.of(),
                Optional.empty(),
                Split.TRAIN,
                new RepoChoice(Optional.of(name), Optional.empty(), Optional.empty()));
    }

    private static DatasetRequest inFolder(String folder, String split) {
        return new DatasetRequest(
                "org/rows",
                List.of(),
                Optional.empty(),
                Split.parse(split),
                new RepoChoice(Optional.empty(), Optional.of(folder), Optional.empty()));
    }

    private List<String> fetched(DatasetRequest request) {
        remote().fetch(request, home::resolve);
        return found(request);
    }

    private List<String> found(DatasetRequest request) {
        return DataFiles.find(request, home::resolve, remote()).stream()
                .map(file -> file.path().getFileName().toString())
                .toList();
    }

    private RemoteData remote() {
        return new RemoteData(
                new Hub(HubSettings.of(env, home), DownloadListener.silent()),
                WebCache.of(env, home, DownloadListener.silent()));
    }
}
