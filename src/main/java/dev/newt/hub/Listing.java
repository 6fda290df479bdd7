package dev.newt.hub;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The files of a commit.
 *
 * @param commit 40 hexadecimal digits
 * @param files by name, in order
 */
record Listing(String commit, Map<String, Entry> files) {
    private static final JsonMapper JSON = JsonMapper.shared();
    /** The version of Hugging Face's file that keeps a listing. */
    private static final int FORMAT = 1;

    /**
     * A file.
     *
     * @param gitId SHA-1 of the blob in git
     * @param sha256 of the content, for large files
     */
    record Entry(OptionalLong size, Optional<String> gitId, Optional<String> sha256) {
        /** The name of its content in the cache. */
        Optional<String> blobName() {
            return sha256.or(() -> gitId);
        }
    }

    /** Reads the hub's answer about a revision. */
    static Listing ofApi(String text, String origin) {
        JsonNode root = parse(text, origin);
        String commit = root.path("sha").asString("");
        if (!HubCache.isCommit(commit) || !root.path("siblings").isArray()) {
            throw new UserException(origin + ": the answer is not that of a Hugging Face hub; is HF_ENDPOINT right?");
        }
        Map<String, Entry> files = new TreeMap<>();
        for (JsonNode file : root.path("siblings")) {
            String name = file.path("rfilename").asString("");
            JsonNode lfs = file.path("lfs");
            files.put(
                    name,
                    new Entry(
                            size(lfs.has("size") ? lfs.get("size") : file.path("size")),
                            blobName(file.path("blobId")),
                            blobName(lfs.path("sha256"))));
        }
        return new Listing(commit, Collections.unmodifiableMap(files));
    }

    /** Reads a listing kept in the cache; empty where there is none that can be used. */
    static Optional<Listing> ofFile(Path file, String commit) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            JsonNode root = JSON.readTree(Files.readString(file));
            if (root.path("format_version").asInt(0) != FORMAT
                    || !root.path("files").isObject()) {
                return Optional.empty();
            }
            Map<String, Entry> files = new TreeMap<>();
            for (Map.Entry<String, JsonNode> entry : root.path("files").properties()) {
                JsonNode value = entry.getValue();
                files.put(
                        entry.getKey(),
                        new Entry(
                                size(value.has("lfs_size") ? value.get("lfs_size") : value.path("size")),
                                blobName(value.path("blob_id")),
                                blobName(value.path("lfs_sha256"))));
            }
            return Optional.of(new Listing(commit, Collections.unmodifiableMap(files)));
        } catch (IOException | JacksonException e) {
            return Optional.empty(); // It only saves a request to the hub.
        }
    }

    /** What is known without a listing: the files that a snapshot holds. */
    static Listing ofSnapshot(Path snapshot) {
        Map<String, Entry> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(snapshot)) {
            walk.filter(Files::isRegularFile)
                    .forEach(file -> files.put(
                            snapshot.relativize(file).toString().replace('\\', '/'),
                            new Entry(OptionalLong.empty(), Optional.empty(), Optional.empty())));
        } catch (IOException e) {
            throw new UserException(snapshot + ": cannot be listed: " + e.getMessage(), e);
        }
        return new Listing(snapshot.getFileName().toString(), Collections.unmodifiableMap(files));
    }

    List<String> names() {
        return List.copyOf(files.keySet());
    }

    /** Writes it in the format of Hugging Face's library, if every file's git id and size are known. */
    void write(Path file) {
        ObjectNode root = JSON.createObjectNode().put("format_version", FORMAT);
        ObjectNode all = root.putObject("files");
        for (Map.Entry<String, Entry> named : files.entrySet()) {
            Entry entry = named.getValue();
            if (entry.size().isEmpty() || entry.gitId().isEmpty()) {
                return;
            }
            ObjectNode one = all.putObject(named.getKey())
                    .put("size", entry.size().getAsLong())
                    .put("blob_id", entry.gitId().get());
            entry.sha256().ifPresent(sha -> one.put("lfs_sha256", sha)
                    .put("lfs_size", entry.size().getAsLong()));
        }
        AtomicFiles.writeString(file, JSON.writeValueAsString(root));
    }

    private static JsonNode parse(String text, String origin) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new UserException(
                    origin + ": the answer is not that of a Hugging Face hub; is HF_ENDPOINT right?", e);
        }
    }

    private static OptionalLong size(JsonNode value) {
        return value.isIntegralNumber() && value.asLong() >= 0 ? OptionalLong.of(value.asLong()) : OptionalLong.empty();
    }

    private static Optional<String> blobName(JsonNode value) {
        return Optional.of(value.asString("")).filter(HubCache::isBlobName);
    }
}
