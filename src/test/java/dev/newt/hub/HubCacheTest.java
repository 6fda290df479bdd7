package dev.newt.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final Repo DATA = new Repo(Repo.Kind.DATASET, "org/rows");

    @TempDir
    Path home;

    @Test
    void whatAnotherLibraryFetchedIsFound() throws IOException {
        Path folder = home.resolve("hub/datasets--org--rows");
        Files.createDirectories(folder.resolve("refs/pr"));
        Files.createDirectories(folder.resolve("snapshots/" + COMMIT));
        Files.writeString(folder.resolve("refs/main"), COMMIT);
        Files.writeString(folder.resolve("refs/pr/1"), COMMIT + "\n");
        HubCache cache = cache(Map.of("HF_HOME", home.toString()));

        Path snapshot = folder.resolve("snapshots/" + COMMIT);
        assertThat(cache.find(DATA, Optional.empty())).contains(snapshot);
        assertThat(cache.find(DATA, Optional.of("pr/1"))).contains(snapshot);
        assertThat(cache.find(DATA, Optional.of(COMMIT))).contains(snapshot);
        assertThat(cache.find(DATA, Optional.of("v2"))).isEmpty();
        assertThat(cache.find(DATA, Optional.of("../refs/main"))).isEmpty();
        assertThat(cache.find(new Repo(Repo.Kind.MODEL, "org/rows"), Optional.empty()))
                .isEmpty();
    }

    @Test
    void lookingUpWritesNothing() {
        HubCache cache = cache(Map.of("HF_HOME", home.resolve("none").toString()));

        assertThat(cache.find(DATA, Optional.empty())).isEmpty();
        assertThat(home.resolve("none")).doesNotExist();
    }

    @Test
    void theCacheIsWhereTheEnvironmentSays() {
        assertThat(settings(Map.of()).cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
        assertThat(settings(Map.of("XDG_CACHE_HOME", "/x")).cache()).isEqualTo(Path.of("/x/huggingface/hub"));
        assertThat(settings(Map.of("HF_HOME", "~/hf")).cache()).isEqualTo(home.resolve("hf/hub"));
        assertThat(settings(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/c")).cache())
                .isEqualTo(Path.of("/c"));
    }

    @Test
    void theTokenComesFromTheEnvironmentThenFromItsFile() throws IOException {
        Files.writeString(home.resolve("token"), "hf_file\n");
        Map<String, String> env = Map.of("HF_HOME", home.toString());

        assertThat(settings(env).token()).contains("hf_file");
        assertThat(settings(Map.of("HF_HOME", home.toString(), "HF_TOKEN", " hf_env "))
                        .token())
                .contains("hf_env");
        assertThat(settings(Map.of("HF_HOME", home.toString(), "HF_HUB_DISABLE_IMPLICIT_TOKEN", "1"))
                        .token())
                .isEmpty();
        assertThat(settings(env).toString()).doesNotContain("hf_file");
    }

    @Test
    void offlineAndEndpointAreRead() {
        assertThat(settings(Map.of("HF_HUB_OFFLINE", "yes")).offline()).isTrue();
        assertThat(settings(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
        assertThat(settings(Map.of("HF_ENDPOINT", "http://localhost:8/x/")).endpoint())
                .hasToString("http://localhost:8/x");
        assertThatThrownBy(() -> settings(Map.of("HF_ENDPOINT", "hub")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void anIdIsToldFromAPath() {
        for (String id : List.of("org/name", "gpt2", "a-b/c.d_e", "Qwen/Qwen2.5-0.5B")) {
            assertThat(Repo.of(Repo.Kind.MODEL, id)).as(id).isPresent();
        }
        for (String path :
                List.of("./a", "/a/b", "a/b/c", "../b", "~/m", "a\\b", "a/..", "a--b/c", "s3://b/k", "", "a/")) {
            assertThat(Repo.of(Repo.Kind.MODEL, path)).as(path).isEmpty();
        }
    }

    @Test
    void namesThatLeaveTheFolderAreRefused() {
        for (String name :
                List.of("../x", "a/../../x", "/etc/x", "a\\..\\x", "C:/x", "", "a//b", "a/.", "nul", "x\0y", "a ")) {
            assertThat(RemoteNames.isSafe(name)).as(name).isFalse();
        }
        for (String name : List.of("config.json", "data/train-00000-of-00001.parquet", ".gitattributes", "é/ü.txt")) {
            assertThat(RemoteNames.isSafe(name)).as(name).isTrue();
        }
    }

    private HubCache cache(Map<String, String> env) {
        return new HubCache(settings(env));
    }

    private HubSettings settings(Map<String, String> env) {
        return HubSettings.of(env, home);
    }
}
