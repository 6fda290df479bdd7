package dev.newt.hub;

import static dev.newt.hub.HubServer.COMMIT;
import static dev.newt.hub.HubServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {
    private static final Repo MODEL = new Repo(Repo.Kind.MODEL, "org/model");
    private static final String WEIGHTS = "w".repeat(100_000);

    private final List<Duration> waits = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Map<String, String> env = new HashMap<>();
    private Waiting.Limits limits = Waiting.Limits.ofSilence(Waiting.SILENCE);
    private HubServer server;

    @TempDir
    Path home;

    @BeforeEach
    void start() throws IOException {
        server = new HubServer();
        server.put("config.json", "{}");
        server.put("model.safetensors", WEIGHTS);
        server.put("sub/notes é.txt", "hello");
        env.put("HF_ENDPOINT", server.address());
        env.put("HF_HOME", home.resolve("hf").toString());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aRevisionIsFetchedIntoTheStandardLayout() throws IOException {
        Path snapshot = fetchAll();

        Path folder = home.resolve("hf/hub/models--org--model");
        assertThat(snapshot).isEqualTo(folder.resolve("snapshots/" + COMMIT));
        assertThat(snapshot.resolve("sub/notes é.txt")).hasContent("hello");
        assertThat(folder.resolve("refs/main")).hasContent(COMMIT);
        String sha = HubServer.sha256(WEIGHTS.getBytes(StandardCharsets.UTF_8));
        assertThat(Files.readSymbolicLink(snapshot.resolve("model.safetensors")))
                .isEqualTo(Path.of("../../blobs/" + sha));
        assertThat(Files.readSymbolicLink(snapshot.resolve("sub/notes é.txt")).toString())
                .startsWith("../../../blobs/");
        assertThat(new HubCache(settings()).find(MODEL, Optional.empty())).contains(snapshot);
    }

    @Test
    void whatIsThereIsNotFetchedAgain() {
        fetchAll();
        server.asked.clear();

        fetchAll();

        assertThat(server.asked)
                .extracting(HubServer.Asked::path)
                .containsExactly("/api/models/org/model/revision/main");
    }

    @Test
    void aCommitThatIsThereNeedsNoHub() {
        fetchAll();
        server.asked.clear();

        Revision revision = hub().open(MODEL, Optional.of(COMMIT));
        revision.fetch(revision.files());

        assertThat(server.asked).isEmpty();
    }

    @Test
    void whatAnotherLibraryKnowsOfACommitIsUsed() throws IOException {
        fetchAll();
        Path folder = home.resolve("hf/hub/models--org--model");
        Files.move(folder.resolve(".newt"), folder.resolve("trees"));
        Files.delete(folder.resolve("snapshots/" + COMMIT + "/config.json"));
        server.asked.clear();

        Revision revision = hub().open(MODEL, Optional.of(COMMIT));

        assertThat(revision.files()).containsExactly("config.json", "model.safetensors", "sub/notes é.txt");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void aHubThatListsNamesAloneIsAskedForEachFile() {
        server.listsBlobs = false;
        server.largeFilesElsewhere = true;

        Path snapshot = fetchAll();

        assertThat(snapshot.resolve("model.safetensors")).hasContent(WEIGHTS);
        assertThat(snapshot.resolve("config.json")).hasContent("{}");
    }

    @Test
    void theTokenDoesNotFollowToAnotherHost() {
        env.put("HF_TOKEN", "hf_secret");
        server.largeFilesElsewhere = true;

        assertThat(fetchAll().resolve("model.safetensors")).hasContent(WEIGHTS);

        assertThat(server.asked)
                .filteredOn(asked -> asked.host().startsWith("127.0.0.1"))
                .isNotEmpty()
                .allMatch(asked -> asked.authorization().equals(Optional.of("Bearer hf_secret")));
        assertThat(server.asked)
                .filteredOn(asked -> asked.host().startsWith("localhost"))
                .isNotEmpty()
                .allMatch(asked -> asked.authorization().isEmpty());
    }

    @Test
    void aDownloadThatIsCutGoesOnWhereItEnded() {
        server.files.remove("sub/notes é.txt");
        server.files.remove("config.json");
        server.fileTroubles.add(server.cut("model.safetensors", 30_000));
        server.fileTroubles.add(server.cut("model.safetensors", 20_000));

        assertThat(fetchAll().resolve("model.safetensors")).hasContent(WEIGHTS);

        assertThat(server.asked)
                .extracting(HubServer.Asked::range)
                .contains(Optional.of("bytes=30000-"), Optional.of("bytes=50000-"));
    }

    @Test
    void aLaterProcessGoesOnWithWhatAnEarlierOneLeft() throws IOException {
        String sha = HubServer.sha256(WEIGHTS.getBytes(StandardCharsets.UTF_8));
        Path incomplete = home.resolve("hf/hub/models--org--model/blobs/" + sha + ".incomplete");
        Files.createDirectories(incomplete.getParent());
        Files.writeString(incomplete, WEIGHTS.substring(0, 77));

        assertThat(fetchAll().resolve("model.safetensors")).hasContent(WEIGHTS);

        assertThat(server.asked).extracting(HubServer.Asked::range).contains(Optional.of("bytes=77-"));
        assertThat(incomplete).doesNotExist();
    }

    @Test
    void whatWasLeftAndDoesNotFitIsFetchedAnew() throws IOException {
        String sha = HubServer.sha256(WEIGHTS.getBytes(StandardCharsets.UTF_8));
        Path incomplete = home.resolve("hf/hub/models--org--model/blobs/" + sha + ".incomplete");
        Files.createDirectories(incomplete.getParent());
        Files.writeString(incomplete, "something else");

        assertThat(fetchAll().resolve("model.safetensors")).hasContent(WEIGHTS);
        assertThat(notes).anyMatch(note -> note.contains("downloading it again"));
    }

    @Test
    void aFileOfAnotherContentIsRefusedAndNotKept() throws IOException {
        server.fileTroubles.add(HubServer.body("[]".getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining("checksum");
        assertThat(written()).noneMatch(path -> path.contains("blobs/") || path.contains("refs/"));
    }

    @Test
    void aFileOfAnotherSizeIsRefused() {
        server.fileTroubles.add(HubServer.body("{} and more".getBytes(StandardCharsets.UTF_8)));

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("11 bytes instead of 2");
    }

    @Test
    void aBusyServerIsAskedAgainWhenItSays() {
        server.listingTroubles.add(status(429, "Retry-After", "7"));
        server.listingTroubles.add(status(503));
        server.fileTroubles.add(status(500));

        fetchAll();

        assertThat(waits).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(2), Duration.ofSeconds(1));
    }

    @Test
    void aMomentInRetryAfterIsUnderstood() {
        String moment = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plusSeconds(100));
        server.listingTroubles.add(status(429, "Retry-After", moment));

        fetchAll();

        assertThat(waits).singleElement().satisfies(wait -> assertThat(wait.toSeconds())
                .isBetween(20L, 100L));
    }

    @Test
    void aHubThatStaysDownIsGivenUp() {
        for (int i = 0; i < 10; i++) {
            server.listingTroubles.add(status(502));
        }

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cannot be reached")
                .hasMessageContaining("502");
        assertThat(waits).extracting(Duration::toSeconds).containsExactly(1L, 2L, 4L, 8L);
    }

    @Test
    void withoutTheHubWhatIsInTheCacheIsUsed() {
        Path before = fetchAll();
        server.close();

        assertThat(fetchAll()).isEqualTo(before);
        assertThat(notes).anyMatch(note -> note.contains("using commit " + COMMIT));
    }

    @Test
    void offlineTheHubIsNotAsked() {
        env.put("HF_HUB_OFFLINE", "1");
        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("HF_HUB_OFFLINE")
                .hasMessageContaining("model org/model");
        assertThat(server.asked).isEmpty();

        env.remove("HF_HUB_OFFLINE");
        hub().open(MODEL, Optional.empty()).fetch(List.of("config.json"));
        env.put("HF_HUB_OFFLINE", "1");
        server.asked.clear();

        Revision revision = hub().open(MODEL, Optional.empty());
        assertThat(revision.fetch(List.of("config.json")).resolve("config.json"))
                .exists();
        assertThatThrownBy(() -> revision.fetch(List.of("model.safetensors")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("model.safetensors")
                .hasMessageContaining("not in the cache");
        assertThat(server.asked).isEmpty();
    }

    @Test
    void refusalsSayWhatToDo() {
        server.listingTroubles.add(status(401, "X-Error-Code", "RepoNotFound"));
        assertRefused("set HF_TOKEN");
        server.listingTroubles.add(status(401, "X-Error-Code", "GatedRepo"));
        assertRefused("Accept its licence at " + server.address() + "/org/model");
        server.listingTroubles.add(status(403, "X-Error-Code", "GatedRepo"));
        assertRefused("Accept its licence");
        server.listingTroubles.add(status(404, "X-Error-Code", "RepoNotFound"));
        assertRefused("no such model on the hub");
        server.listingTroubles.add(status(404, "X-Error-Code", "RevisionNotFound"));
        assertRefused("has no revision main");
        server.listingTroubles.add(HubServer.body("<html>".getBytes(StandardCharsets.UTF_8)));
        assertRefused("HF_ENDPOINT");
        env.put("HF_TOKEN", "hf_wrong");
        server.listingTroubles.add(status(401));
        assertRefused("does not accept the token");
        server.fileTroubles.add(status(403, "X-Error-Code", "GatedRepo"));
        assertRefused("Accept its licence");
        assertThat(waits).isEmpty();
    }

    @Test
    void namesThatLeadElsewhereWriteNothing() throws IOException {
        for (String name : List.of("../x", "a/../../../../x", "/tmp/newt-evil", "a\\..\\x", "C:/x", "..")) {
            server.files.clear();
            server.put("a.txt", "first");
            server.put(name, "evil");
            assertThatThrownBy(this::fetchAll)
                    .as(name)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("safely");
            assertThat(written()).as(name).isEmpty();
        }
    }

    @Test
    void aCommitOrHashThatIsAPathIsRefused() throws IOException {
        server.listingTroubles.add(
                HubServer.body("{\"sha\": \"../../x\", \"siblings\": []}".getBytes(StandardCharsets.UTF_8)));
        assertRefused("HF_ENDPOINT");
        server.listingTroubles.add(HubServer.body(("{\"sha\": \"" + COMMIT
                        + "\", \"siblings\": [{\"rfilename\": \"config.json\", \"blobId\": \"../../x\", \"size\": 2}]}")
                .getBytes(StandardCharsets.UTF_8)));
        // The listing's name for the content is not used; that of the file's own headers is.
        fetchAll();
        assertThat(written()).allMatch(path -> path.startsWith("hf/hub/"));
    }

    @Test
    void aFolderThatIsALinkOutOfTheCacheIsNotWrittenThrough() throws IOException {
        Path outside = Files.createDirectories(home.resolve("outside"));
        Path snapshot = Files.createDirectories(home.resolve("hf/hub/models--org--model/snapshots/" + COMMIT));
        Files.createSymbolicLink(snapshot.resolve("sub"), outside);

        assertThatThrownBy(this::fetchAll)
                .isInstanceOf(UserException.class)
                .hasMessageContaining("leads out of the cache");
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void whereLinksAreNotAllowedFilesAreCopies() {
        env.put("HF_HUB_DISABLE_SYMLINKS", "1");

        Path file = fetchAll().resolve("model.safetensors");

        assertThat(file).hasContent(WEIGHTS);
        assertThat(Files.isSymbolicLink(file)).isFalse();
    }

    @Test
    void twoAtOnceFetchAFileOnce() {
        server.files.keySet().removeIf(name -> !name.equals("model.safetensors"));
        List<CompletableFuture<Path>> both = Stream.generate(() -> CompletableFuture.supplyAsync(this::fetchAll))
                .limit(2)
                .toList();

        both.forEach(one -> assertThat(one.join().resolve("model.safetensors")).hasContent(WEIGHTS));
        assertThat(server.asked)
                .filteredOn(asked -> asked.path().contains("/resolve/"))
                .hasSize(1);
    }

    /** A server that takes connections and says nothing. */
    @Test
    void aServerThatSaysNothingIsGivenUpSoonAndNotWaitedForAgain() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String name = "127.0.0.1:" + silent.getLocalPort();
            env.put("HF_ENDPOINT", "http://" + name);
            Duration silence = Duration.ofMillis(100);
            limits = new Waiting.Limits(silence, silence, Duration.ofMillis(1500), Duration.ofSeconds(10));
            Hub hub = hub();

            assertThatThrownBy(() -> hub.open(MODEL, Optional.empty()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining(
                            "http://" + name + " cannot be reached: " + name + " does not answer (waited 0.1 s)");
            assertThat(waits).containsExactly(Duration.ofSeconds(1));
            assertThat(notes)
                    .containsExactly(
                            "model org/model: " + name + " does not answer (waited 0.1 s); trying again in 1 s");

            assertThatThrownBy(() -> hub.open(new Repo(Repo.Kind.MODEL, "org/other"), Optional.empty()))
                    .hasMessageEndingWith(name + " does not answer. Check the network and HF_ENDPOINT, or give the path"
                            + " of a folder.");
            assertThat(waits).hasSize(1);
        }
    }

    @Test
    void allWaitsForASilentServerAreWithinAMinute() {
        Waiting.Limits usual = Waiting.Limits.ofSilence(HubSettings.timeout(Map.of()));
        assertThat(usual.first()).isLessThanOrEqualTo(Duration.ofSeconds(30));
        assertThat(usual.stalled()).isLessThanOrEqualTo(Duration.ofSeconds(60));
        assertThat(settings().timeout()).isEqualTo(Duration.ofSeconds(14));
        env.put("HF_HUB_DOWNLOAD_TIMEOUT", "3");
        assertThat(settings().timeout()).isEqualTo(Duration.ofSeconds(3));
        env.put("HF_HUB_DOWNLOAD_TIMEOUT", "soon");
        assertThatThrownBy(this::settings)
                .hasMessage("HF_HUB_DOWNLOAD_TIMEOUT: \"soon\" is not a whole number of seconds above 0.");
    }

    private void assertRefused(String words) {
        assertThatThrownBy(this::fetchAll).isInstanceOf(UserException.class).hasMessageContaining(words);
    }

    private List<String> written() throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            return files.filter(path -> !Files.isDirectory(path))
                    .map(path -> home.relativize(path).toString())
                    .filter(path -> !path.contains("/.locks/"))
                    .toList();
        }
    }

    private Path fetchAll() {
        Revision revision = hub().open(MODEL, Optional.empty());
        return revision.fetch(revision.files());
    }

    private Hub hub() {
        return new Hub(settings(), new Notes(), new Waiting(limits, waits::add));
    }

    private HubSettings settings() {
        return HubSettings.of(env, home);
    }

    private final class Notes implements DownloadListener {
        @Override
        public void progress(String file, long bytes, OptionalLong total) {}

        @Override
        public void finished(String file, long bytes) {}

        @Override
        public void note(String message) {
            notes.add(message);
        }
    }
}
