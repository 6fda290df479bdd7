package dev.newt.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/** A small hub on this machine, which can misbehave as real ones do. */
public final class HubServer implements AutoCloseable {
    public static final String COMMIT = "00112233445566778899aabbccddeeff00112233";

    /** An answer that takes the place of the right one, once. */
    public interface Trouble {
        void answer(HttpExchange exchange) throws IOException;
    }

    public record Asked(
            String method, String host, String path, Optional<String> authorization, Optional<String> range) {}

    public final Map<String, byte[]> files = new TreeMap<>();
    public final Deque<Trouble> listingTroubles = new ArrayDeque<>();
    public final Deque<Trouble> fileTroubles = new ArrayDeque<>();
    public final List<Asked> asked = Collections.synchronizedList(new ArrayList<>());
    /** Large files lie on another host, as they do on the real hub. */
    boolean largeFilesElsewhere;
    /** Whether the listing tells sizes and hashes. */
    boolean listsBlobs = true;

    private final HttpServer server;

    public HubServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "hub");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", this::handle);
        server.start();
    }

    public String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private String elsewhere() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    public void put(String name, String content) {
        files.put(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            asked.add(new Asked(
                    exchange.getRequestMethod(),
                    exchange.getRequestHeaders().getFirst("Host"),
                    path,
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization")),
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))));
            boolean listing = path.startsWith("/api/");
            Trouble trouble = (listing ? listingTroubles : fileTroubles).poll();
            if (trouble != null) {
                trouble.answer(exchange);
            } else if (listing) {
                send(exchange, 200, listing().getBytes(StandardCharsets.UTF_8));
            } else {
                file(exchange, path);
            }
        }
    }

    private void file(HttpExchange exchange, String path) throws IOException {
        int at = path.indexOf("/resolve/");
        String name = path.replaceFirst("^.*?/resolve/[^/]+/", "").replaceFirst("^/elsewhere/", "");
        byte[] content = files.get(name);
        if (content == null) {
            exchange.getResponseHeaders().set("X-Error-Code", "EntryNotFound");
            send(exchange, 404, new byte[0]);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        exchange.getResponseHeaders().set("ETag", "\"" + (large(name) ? sha256(content) : gitId(content)) + "\"");
        if (large(name) && largeFilesElsewhere && at >= 0) {
            exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(content) + "\"");
            exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(content.length));
            exchange.getResponseHeaders().set("Location", elsewhere() + "/elsewhere/" + name);
            send(exchange, 302, new byte[0]);
            return;
        }
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            send(exchange, 200, content);
            return;
        }
        int start = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (start >= content.length) {
            send(exchange, 416, new byte[0]);
            return;
        }
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + start + "-" + (content.length - 1) + "/" + content.length);
        send(exchange, 206, Arrays.copyOfRange(content, start, content.length));
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }

    /** Promises the whole content from where it was asked for, and breaks off after some bytes. */
    Trouble cut(String name, int after) {
        return exchange -> {
            byte[] content = files.get(name);
            String range = exchange.getRequestHeaders().getFirst("Range");
            int start = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
            if (range != null) {
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + start + "-" + (content.length - 1) + "/" + content.length);
            }
            exchange.sendResponseHeaders(range == null ? 200 : 206, content.length - start);
            OutputStream body = exchange.getResponseBody();
            body.write(content, start, after);
            body.flush();
            // Closing an answer that is too short breaks the connection.
        };
    }

    static Trouble status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            send(exchange, status, new byte[0]);
        };
    }

    static Trouble body(byte[] content) {
        return exchange -> send(exchange, 200, content);
    }

    private String listing() {
        return files.entrySet().stream()
                .map(file -> "{\"rfilename\": \"" + file.getKey().replace("\\", "\\\\") + "\""
                        + (listsBlobs ? described(file.getKey(), file.getValue()) : "") + "}")
                .collect(Collectors.joining(", ", "{\"sha\": \"" + COMMIT + "\", \"siblings\": [", "]}"));
    }

    private static String described(String name, byte[] content) {
        String basics = ", \"blobId\": \"" + gitId(content) + "\", \"size\": " + content.length;
        return large(name)
                ? basics + ", \"lfs\": {\"sha256\": \"" + sha256(content) + "\", \"size\": " + content.length
                        + ", \"pointerSize\": 130}"
                : basics;
    }

    private static boolean large(String name) {
        return name.endsWith(".safetensors") || name.endsWith(".parquet");
    }

    static String sha256(byte[] content) {
        return digest("SHA-256", content);
    }

    static String gitId(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(header, header.length + content.length);
        System.arraycopy(content, 0, all, header.length, content.length);
        return digest("SHA-1", all);
    }

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
