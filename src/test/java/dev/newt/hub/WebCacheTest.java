package dev.newt.hub;

import static dev.newt.hub.HubServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WebCacheTest {
    private static final String ROWS = "{\"a\": 1}\n".repeat(5000);

    private final List<Duration> waits = new ArrayList<>();
    private final Map<String, String> env = new HashMap<>();
    private HubServer server;

    @TempDir
    Path home;

    @BeforeEach
    void start() throws IOException {
        server = new HubServer();
        server.put("rows.jsonl", ROWS);
        server.put("bucket/some folder/rows.jsonl", ROWS);
        env.put("NEWT_CACHE", home.resolve("cache").toString());
        env.put("AWS_ENDPOINT_URL", server.address() + "/elsewhere");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aFileIsFetchedOnceAndKeepsItsName() {
        assertThat(cache().find(address())).isEmpty();

        Path file = cache().fetch(address());

        assertThat(file).hasContent(ROWS).hasFileName("rows.jsonl").startsWith(home.resolve("cache/downloads"));
        assertThat(cache().find(address())).contains(file);
        assertThat(cache().fetch(address())).isEqualTo(file);
        assertThat(asked("GET")).hasSize(1);
    }

    @Test
    void aFileThatChangedIsFetchedAgain() {
        cache().fetch(address());
        server.put("rows.jsonl", "{}\n");

        assertThat(cache().fetch(address())).hasContent("{}\n");
    }

    @Test
    void aCutIsResumedWhereTheFileIsStillTheSame() {
        server.fileTroubles.add(status(405)); // HEAD
        server.fileTroubles.add(server.cut("rows.jsonl", 1000));

        assertThat(cache().fetch(address())).hasContent(ROWS);
        assertThat(server.asked).extracting(HubServer.Asked::range).contains(Optional.of("bytes=1000-"));
    }

    @Test
    void aBeginningOfAnotherContentIsNotContinued() throws IOException {
        Path file = cache().fetch(address());
        Path incomplete = file.resolveSibling("rows.jsonl.incomplete");
        Files.writeString(incomplete, "half of something older");
        Files.writeString(file.resolveSibling("rows.jsonl.incomplete.state"), "\"older\"");
        server.put("rows.jsonl", "new content that is longer than the half of something older");

        assertThat(cache().fetch(address())).hasContent("new content that is longer than the half of something older");
    }

    @Test
    void aChecksumIsHeld() {
        String sha = HubServer.sha256(ROWS.getBytes(StandardCharsets.UTF_8));

        assertThat(cache().fetch(address() + "#sha256=" + sha)).hasContent(ROWS);
        assertThatThrownBy(() -> cache().fetch(address() + "#sha256=" + "0".repeat(64)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("checksum");
        assertThat(cache().find(address() + "#sha256=" + "0".repeat(64))).isEmpty();
        assertThatThrownBy(() -> cache().fetch(address() + "#sha256=12"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("64 hexadecimal digits");
    }

    @Test
    void withoutTheServerWhatIsHereIsUsed() {
        Path file = cache().fetch(address());
        server.close();

        assertThat(cache().fetch(address())).isEqualTo(file);
        assertThatThrownBy(() -> cache().fetch(server.address() + "/elsewhere/other.jsonl"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("could not be downloaded");
    }

    @Test
    void aBusyServerIsAskedAgain() {
        server.fileTroubles.add(status(503));
        server.fileTroubles.add(status(429, "Retry-After", "3"));

        cache().fetch(address());

        assertThat(waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(3));
    }

    @Test
    void refusalsSayWhatToDoAndShowNoSecret() {
        assertThatThrownBy(() -> cache().fetch(server.address() + "/elsewhere/gone.jsonl?Signature=secret"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("gone.jsonl: does not exist")
                .hasMessageNotContaining("secret");
        server.fileTroubles.add(status(403));
        server.fileTroubles.add(status(403));
        assertThatThrownBy(() -> cache().fetch(address()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("asks for a login");
        assertThatThrownBy(() -> cache().fetch(server.address() + "/folder/"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("must name a file");
    }

    @Test
    void namesThatLeadElsewhereWriteNothing() throws IOException {
        for (String name : List.of("..", "a\\..\\b.jsonl", "c:evil.jsonl")) {
            assertThatThrownBy(() -> cache().fetch(server.address() + "/elsewhere/" + name))
                    .as(name)
                    .isInstanceOf(UserException.class);
        }
        try (Stream<Path> written = Files.walk(home)) {
            assertThat(written.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void s3IsAskedWithASignatureWhereThereAreKeys() {
        env.put("AWS_ACCESS_KEY_ID", "AK");
        env.put("AWS_SECRET_ACCESS_KEY", "secret");
        env.put("AWS_REGION", "eu-central-1");

        assertThat(cache().fetch("s3://bucket/some folder/rows.jsonl")).hasContent(ROWS);

        assertThat(server.asked)
                .allSatisfy(asked -> assertThat(asked.authorization()).hasValueSatisfying(text -> assertThat(text)
                        .startsWith("AWS4-HMAC-SHA256 Credential=AK/")
                        .contains("/eu-central-1/s3/aws4_request")));
    }

    @Test
    void s3IsAskedWithoutASignatureWhereThereAreNone() {
        assertThat(cache().fetch("s3://bucket/some folder/rows.jsonl")).hasContent(ROWS);
        assertThat(server.asked).allMatch(asked -> asked.authorization().isEmpty());

        server.fileTroubles.add(status(403));
        server.fileTroubles.add(status(403));
        server.put("bucket/some folder/rows.jsonl", "other");
        assertThatThrownBy(() -> cache().fetch("s3://bucket/some folder/x.jsonl"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("AWS_ACCESS_KEY_ID");
    }

    @Test
    void redirectsAreFollowedToServersAloneAndNotForever() {
        for (String location :
                List.of("file:///etc/passwd", "ftp://localhost/rows.jsonl", "mailto:x", "http://", "::")) {
            // HEAD, then GET at each of its attempts.
            for (int i = 0; i < 12; i++) {
                server.fileTroubles.add(status(302, "Location", location));
            }
            assertThatThrownBy(() -> cache().fetch(address()))
                    .as(location)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("could not be downloaded");
            server.fileTroubles.clear();
        }
        for (int i = 0; i < 100; i++) {
            server.fileTroubles.add(status(302, "Location", "/elsewhere/rows.jsonl"));
        }
        assertThatThrownBy(() -> cache().fetch(address()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("more than 10 redirects");
        server.fileTroubles.clear();
        server.fileTroubles.add(status(302, "Location", "rows.jsonl"));
        assertThat(cache().fetch(address())).hasContent(ROWS);
    }

    @Test
    void aSignatureDoesNotFollowToAnotherHost() {
        env.put("AWS_ACCESS_KEY_ID", "AK");
        env.put("AWS_SECRET_ACCESS_KEY", "secret");
        String elsewhere = server.address().replace("127.0.0.1", "localhost") + "/elsewhere/rows.jsonl";
        server.fileTroubles.add(status(307, "Location", elsewhere));

        assertThat(cache().fetch("s3://bucket/some folder/rows.jsonl")).hasContent(ROWS);
        assertThat(server.asked)
                .filteredOn(asked -> asked.host().startsWith("localhost"))
                .isNotEmpty()
                .allMatch(asked -> asked.authorization().isEmpty());
    }

    @Test
    void s3IsFoundAtItsUsualAddresses() {
        env.remove("AWS_ENDPOINT_URL");
        env.put("AWS_REGION", "eu-west-1");

        assertThat(Address.of("s3://bucket/a b/c+d.jsonl").uri(env))
                .hasToString("https://bucket.s3.eu-west-1.amazonaws.com/a%20b/c%2Bd.jsonl");
        assertThat(Address.of("s3://my.bucket/x.jsonl").uri(env))
                .hasToString("https://s3.eu-west-1.amazonaws.com/my.bucket/x.jsonl");
        assertThatThrownBy(() -> Address.of("s3://UPPER/x").uri(env)).isInstanceOf(UserException.class);
    }

    private String address() {
        return server.address() + "/elsewhere/rows.jsonl";
    }

    private List<HubServer.Asked> asked(String method) {
        return server.asked.stream()
                .filter(asked -> asked.method().equals(method))
                .toList();
    }

    private Waiting waiting() {
        return new Waiting(Waiting.Limits.ofSilence(HubSettings.timeout(env)), waits::add);
    }

    private WebCache cache() {
        return WebCache.of(env, home, DownloadListener.silent(), waiting());
    }
}
