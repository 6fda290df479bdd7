package dev.newt.weights;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** An open safetensors file whose header has been checked. Closing it prevents new access; buffers already obtained stay valid. */
public final class SafetensorsFile implements AutoCloseable {
    private final Path path;
    private final FileChannel channel;
    private final Map<String, StoredTensor> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path path, FileChannel channel, SafetensorsHeader header) {
        this.path = path;
        this.channel = channel;
        this.metadata = header.metadata();
        Map<String, StoredTensor> byName = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.entries()) {
            byName.put(
                    entry.info().name(),
                    new StoredTensor(entry.info(), path, channel, header.dataStart() + entry.start()));
        }
        tensors = Collections.unmodifiableMap(byName);
    }

    /** @throws UserException if the file is missing, truncated, padded or damaged */
    public static SafetensorsFile open(Path path) {
        FileChannel channel;
        try {
            channel = FileChannel.open(path, StandardOpenOption.READ);
        } catch (NoSuchFileException e) {
            throw new UserException(path + ": not found; a safetensors file is needed.", e);
        } catch (IOException e) {
            throw new UserException(path + ": cannot be opened: " + e.getMessage() + ".", e);
        }
        try {
            return new SafetensorsFile(path, channel, SafetensorsHeader.read(path, channel));
        } catch (IOException e) {
            closeQuietly(channel);
            throw new UserException(path + ": cannot be read: " + e.getMessage() + ".", e);
        } catch (RuntimeException e) {
            closeQuietly(channel);
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /** By name, in the order of their position in the file. */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    public Optional<StoredTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /** @throws UserException if there is no such tensor */
    public StoredTensor tensor(String name) {
        return find(name).orElseThrow(() -> new UserException(path + ": has no tensor " + name + "."));
    }

    /** The file's own metadata, such as {@code format: pt}. */
    public Map<String, String> metadata() {
        return metadata;
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }

    /** Nothing is lost if closing a file that was only read fails. */
    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // see above
        }
    }
}
