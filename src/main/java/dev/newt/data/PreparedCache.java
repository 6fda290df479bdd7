package dev.newt.data;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A folder of prepared data, each entry in a directory named by the hash of all that it was made from. An entry appears whole, holds
 * sizes, times and checksums of its files, and is made anew where these do not fit. Processes that want the same entry wait for one another.
 */
final class PreparedCache {
    private static final Logger LOG = LoggerFactory.getLogger(PreparedCache.class);
    private static final JsonMapper JSON = JsonMapper.shared();
    static final String MANIFEST = "manifest.json";
    private static final long LOCK_RETRY_MILLIS = 50;

    /**
     * A file as it was written.
     *
     * @param changed when its content last changed, in nanoseconds since 1970
     */
    private record Written(long bytes, long changed, long checksum) {
        static Written of(Path file) throws IOException {
            return new Written(Files.size(file), changed(file), PreparedCache.checksum(file));
        }

        /** Untouched since, or, where that cannot be told by size and time, of the same content. */
        boolean is(Path file) throws IOException {
            return Files.isRegularFile(file)
                    && Files.size(file) == bytes
                    && (changed(file) == changed || PreparedCache.checksum(file) == checksum);
        }

        private static long changed(Path file) throws IOException {
            return Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS);
        }
    }

    private record Manifest(
            Map<String, Written> files, DatasetStatistics statistics, Optional<DatasetStatistics> testStatistics) {}

    /** What is known of an entry beside its files. */
    record Entry(
            Path directory, DatasetStatistics statistics, Optional<DatasetStatistics> testStatistics, boolean reused) {}

    /** Fills an empty directory and says what is in it. */
    @FunctionalInterface
    interface Maker {
        Made fill(Path directory) throws IOException;
    }

    record Made(DatasetStatistics statistics, Optional<DatasetStatistics> testStatistics) {}

    private final Path folder;

    PreparedCache(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /** The entry of {@code key}: as it lies there, or made now. */
    Entry get(String key, Maker maker) {
        Path directory = folder.resolve(key);
        Optional<Entry> present = read(directory);
        if (present.isPresent()) {
            return present.get();
        }
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(key + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel)) {
                Optional<Entry> madeByAnother = read(directory);
                return madeByAnother.isPresent() && lock.isValid() ? madeByAnother.get() : make(directory, maker);
            }
        } catch (IOException e) {
            throw new UserException(folder + ": cannot be used as dataset_prepared_path: " + e.getMessage(), e);
        }
    }

    private static Entry make(Path directory, Maker maker) {
        AtomicFiles.deleteDirectory(directory);
        AtomicFiles.writeDirectory(directory, aside -> {
            Made made = maker.fill(aside);
            Map<String, Written> written = new TreeMap<>();
            try (Stream<Path> files = Files.list(aside)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    written.put(file.getFileName().toString(), Written.of(file));
                }
            }
            Files.writeString(
                    aside.resolve(MANIFEST),
                    JSON.writerWithDefaultPrettyPrinter()
                            .writeValueAsString(new Manifest(written, made.statistics(), made.testStatistics())));
        });
        Entry entry = read(directory).orElseThrow(() -> new IllegalStateException(directory + " was not written"));
        return new Entry(directory, entry.statistics(), entry.testStatistics(), false);
    }

    private static Optional<Entry> read(Path directory) {
        Path file = directory.resolve(MANIFEST);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            Manifest manifest = JSON.readValue(Files.readString(file), Manifest.class);
            for (Map.Entry<String, Written> expected : manifest.files().entrySet()) {
                if (!expected.getValue().is(directory.resolve(expected.getKey()))) {
                    LOG.warn("{}: {} is damaged; the data are prepared again", directory, expected.getKey());
                    return Optional.empty();
                }
            }
            return Optional.of(new Entry(directory, manifest.statistics(), manifest.testStatistics(), true));
        } catch (IOException | JacksonException e) {
            LOG.warn("{}: cannot be read; the data are prepared again", directory);
            return Optional.empty();
        }
    }

    /** Waits for other processes by the lock itself, and for other threads of this one by asking again. */
    private static FileLock lock(FileChannel channel) throws IOException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) {
                try {
                    Thread.sleep(LOCK_RETRY_MILLIS);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException("interrupted while waiting for prepared data", interrupted);
                }
            }
        }
    }

    private static long checksum(Path file) throws IOException {
        CRC32C crc = new CRC32C();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(file), crc)) {
            byte[] buffer = new byte[1 << 16];
            while (in.read(buffer) >= 0) {
                // The stream counts.
            }
        }
        return crc.getValue();
    }
}
