package dev.newt.hub;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** One HTTP request and its answer. Redirects are followed by hand, so that credentials go only to the servers they belong to. */
final class Http {
    private static final int MOST_REDIRECTS = 10;
    private static final int MOST_WORDS = 300;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /** Headers that authenticate a request. */
    @FunctionalInterface
    interface Credentials {
        Credentials NONE = (method, uri) -> Map.of();

        /** The headers for this request; none if its server must not see them. */
        Map<String, String> headers(String method, URI uri);
    }

    /** Which redirects are followed. */
    enum Follow {
        ALL,
        /** Redirects within one server: beyond it, headers no longer describe the file that was asked for. */
        SAME_SERVER
    }

    /** An answer whose body the caller reads and closes. */
    static final class Answer extends FilterInputStream {
        private final HttpURLConnection connection;
        private final int status;
        private final Duration silence;

        private Answer(HttpURLConnection connection, int status, InputStream body, Duration silence) {
            super(body);
            this.connection = connection;
            this.status = status;
            this.silence = silence;
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (SocketTimeoutException e) {
                throw new SilentServerException(connection.getURL().getAuthority(), silence, e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (SocketTimeoutException e) {
                throw new SilentServerException(connection.getURL().getAuthority(), silence, e);
            }
        }

        int status() {
            return status;
        }

        Optional<String> header(String name) {
            return Optional.ofNullable(connection.getHeaderField(name));
        }

        OptionalLong length() {
            long length = connection.getContentLengthLong();
            return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
        }

        /** Disconnects without waiting for what was not read. */
        @Override
        public void close() {
            connection.disconnect();
        }
    }

    private Http() {}

    /**
     * Sends a request.
     *
     * @throws HttpFailure for a status of 400 and above
     * @throws SilentServerException if no answer comes in time
     */
    static Answer open(
            String method,
            URI uri,
            Map<String, String> headers,
            Credentials credentials,
            Follow follow,
            Waiting waiting)
            throws IOException {
        Waiting.Limits limits = waiting.limits();
        URI at = uri;
        for (int i = 0; i <= MOST_REDIRECTS; i++) {
            if (waiting.gaveUp(Waiting.server(at))) {
                throw new SilentServerException(Waiting.server(at));
            }
            HttpURLConnection connection = connect(method, at, headers, credentials, limits);
            int status = status(connection, limits);
            Optional<URI> next = REDIRECTS.contains(status) ? target(connection, at) : Optional.empty();
            if (next.isPresent() && (follow == Follow.ALL || sameServer(at, next.get()))) {
                connection.disconnect();
                if ("https".equals(at.getScheme()) && !"https".equals(next.get().getScheme())) {
                    throw new IOException(
                            "redirected from https to " + next.get().getScheme() + ", which is not followed");
                }
                at = next.get();
                continue;
            }
            if (status >= 400) {
                HttpFailure failure = failure(connection, status);
                connection.disconnect();
                throw failure;
            }
            InputStream body = method.equals("HEAD") ? InputStream.nullInputStream() : connection.getInputStream();
            return new Answer(connection, status, body, limits.silence());
        }
        throw new IOException("more than " + MOST_REDIRECTS + " redirects");
    }

    private static HttpURLConnection connect(
            String method, URI uri, Map<String, String> headers, Credentials credentials, Waiting.Limits limits)
            throws IOException {
        if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme()) || uri.getHost() == null) {
            throw new IOException("redirected to " + uri.getScheme() + ":, which is not followed");
        }
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) limits.connect().toMillis());
        connection.setReadTimeout((int) limits.silence().toMillis());
        connection.setRequestProperty("User-Agent", "newt");
        // Sizes and checksums are those of the file, not of a compressed answer.
        connection.setRequestProperty("Accept-Encoding", "identity");
        headers.forEach(connection::setRequestProperty);
        credentials.headers(method, uri).forEach(connection::setRequestProperty);
        return connection;
    }

    private static int status(HttpURLConnection connection, Waiting.Limits limits) throws IOException {
        long start = System.nanoTime();
        try {
            return connection.getResponseCode();
        } catch (SocketTimeoutException e) {
            Duration waited = Duration.ofNanos(System.nanoTime() - start);
            // Which of the two limits it was is not told.
            Duration limit = waited.compareTo(limits.silence()) < 0 ? limits.connect() : limits.silence();
            throw new SilentServerException(connection.getURL().getAuthority(), limit, e);
        }
    }

    private static Optional<URI> target(HttpURLConnection connection, URI at) throws IOException {
        String location = connection.getHeaderField("Location");
        if (location == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(at.resolve(new URI(location.replace(" ", "%20"))));
        } catch (URISyntaxException e) {
            throw new IOException("redirected to an invalid address: " + location, e);
        }
    }

    /** Whether scheme, host and port are the same. */
    static boolean sameServer(URI a, URI b) {
        return a.getScheme().equalsIgnoreCase(b.getScheme())
                && a.getHost() != null
                && a.getHost().equalsIgnoreCase(b.getHost())
                && port(a) == port(b);
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }

    private static HttpFailure failure(HttpURLConnection connection, int status) {
        String words = Optional.ofNullable(connection.getHeaderField("X-Error-Message"))
                .orElseGet(() -> body(connection));
        return new HttpFailure(
                status,
                Optional.ofNullable(connection.getHeaderField("Retry-After")).flatMap(Http::duration),
                Optional.ofNullable(connection.getHeaderField("X-Error-Code")),
                words);
    }

    /** The start of an error page, on one line. */
    private static String body(HttpURLConnection connection) {
        try (InputStream body = connection.getErrorStream()) {
            String text = body == null ? "" : new String(body.readNBytes(MOST_WORDS), StandardCharsets.UTF_8);
            return text.replaceAll("\\s+|\\p{Cntrl}+", " ").strip();
        } catch (IOException e) {
            return "";
        }
    }

    /** A number of seconds, or a date. */
    private static Optional<Duration> duration(String retryAfter) {
        String text = retryAfter.strip();
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant moment = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            Duration wait = Duration.between(Instant.now(), moment);
            return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
