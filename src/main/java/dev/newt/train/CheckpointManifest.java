package dev.newt.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A checkpoint's trainer_state.json: where the run stood, and what the other files must be.
 *
 * @param format of the checkpoint directory
 * @param planHash of the run that wrote it, its {@link RunIdentity#hash}
 * @param identity the same in full; empty in checkpoints of versions before this part was added
 * @param optimizerUpdates that the optimizer's state saw
 * @param run where the run stood
 * @param files everything else in the directory
 */
record CheckpointManifest(
        int format,
        String planHash,
        Optional<RunIdentity> identity,
        long optimizerUpdates,
        RunState run,
        List<FileEntry> files) {
    static final String FILE_NAME = "trainer_state.json";
    static final int FORMAT = 3;
    private static final String IDENTITY = "identity";

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /** @param name relative to the directory, with forward slashes */
    record FileEntry(String name, long bytes, long crc32c) {}

    /** Lists the files that are in the directory now. */
    static CheckpointManifest describing(Path directory, RunIdentity identity, long optimizerUpdates, RunState run)
            throws IOException {
        List<FileEntry> files = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
                String name = directory.relativize(file).toString().replace('\\', '/');
                files.add(new FileEntry(name, Files.size(file), crc32c(file)));
            }
        }
        return new CheckpointManifest(FORMAT, identity.hash(), Optional.of(identity), optimizerUpdates, run, files);
    }

    void writeTo(Path directory) throws IOException {
        Files.write(
                directory.resolve(FILE_NAME),
                JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
    }

    /** Reads a directory's manifest; empty where it has none that can be read. */
    static Optional<CheckpointManifest> read(Path directory) {
        try {
            JsonNode written = JSON.readTree(Files.readAllBytes(directory.resolve(FILE_NAME)));
            if (written instanceof ObjectNode object && !object.has(IDENTITY)) {
                object.putNull(IDENTITY);
            }
            return Optional.of(JSON.treeToValue(written, CheckpointManifest.class));
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }

    /** What is wrong with the directory's files, if anything is. */
    Optional<String> damage(Path directory) {
        if (format != FORMAT) {
            return Optional.of("its format is " + format + ", this version reads " + FORMAT);
        }
        for (FileEntry entry : files) {
            Path file = directory.resolve(entry.name());
            try {
                if (!Files.isRegularFile(file)) {
                    return Optional.of(entry.name() + " is missing");
                }
                if (Files.size(file) != entry.bytes()) {
                    return Optional.of(
                            entry.name() + " has " + Files.size(file) + " bytes, it was written with " + entry.bytes());
                }
                if (crc32c(file) != entry.crc32c()) {
                    return Optional.of(entry.name() + " has other content than was written");
                }
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": cannot be read", e);
            }
        }
        return Optional.empty();
    }

    private static long crc32c(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        try (FileChannel channel = FileChannel.open(file)) {
            while (channel.read(buffer) >= 0) {
                crc.update(buffer.flip());
                buffer.clear();
            }
        }
        return crc.getValue();
    }
}
