package dev.newt.weights;

import dev.newt.io.AtomicFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes safetensors files, with one tensor in memory at a time. The file appears whole or not at all. Its bytes depend only on the tensors, which
 * are in the order that Hugging Face's writer uses: wide elements first, then by name.
 */
public final class SafetensorsWriter {
    /** What transformers requires before it loads a file. */
    public static final Map<String, String> PYTORCH = Map.of("format", "pt");

    private static final int ALIGNMENT = 8;

    private static final Comparator<TensorInfo> FILE_ORDER = Comparator.comparingInt(
                    (TensorInfo tensor) -> -tensor.dtype().bytes())
            .thenComparing(TensorInfo::dtype)
            .thenComparing(TensorInfo::name);

    private SafetensorsWriter() {}

    /** Provides a tensor's elements when it is written. */
    @FunctionalInterface
    public interface Content {
        /** Writes all elements of {@code tensor}, in one piece or several. */
        void write(TensorInfo tensor, Sink sink) throws IOException;
    }

    /** Receives elements. */
    @FunctionalInterface
    public interface Sink {
        /** @param elements little endian, from its position to its limit */
        void write(ByteBuffer elements) throws IOException;
    }

    /**
     * Replaces {@code target}.
     *
     * @param tensors in any order, each name once
     * @throws IllegalStateException if {@code content} gives more or fewer bytes than a tensor has
     */
    public static void write(
            Path target, Collection<TensorInfo> tensors, Map<String, String> metadata, Content content) {
        List<TensorInfo> ordered = new ArrayList<>(tensors);
        ordered.sort(FILE_ORDER);
        ByteBuffer header = header(ordered, metadata);
        AtomicFiles.write(target, channel -> {
            AtomicFiles.writeFully(channel, header);
            for (TensorInfo tensor : ordered) {
                writeTensor(channel, tensor, content);
            }
        });
    }

    private static void writeTensor(FileChannel channel, TensorInfo tensor, Content content) throws IOException {
        long start = channel.position();
        content.write(tensor, elements -> AtomicFiles.writeFully(channel, elements.duplicate()));
        long written = channel.position() - start;
        if (written != tensor.bytes()) {
            throw new IllegalStateException(tensor.name() + ": " + written + " bytes were given for " + tensor.bytes());
        }
    }

    private static ByteBuffer header(List<TensorInfo> ordered, Map<String, String> metadata) {
        JsonMapper json = JsonMapper.shared();
        ObjectNode root = json.createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode notes = root.putObject(SafetensorsHeader.METADATA);
            new TreeMap<>(metadata).forEach(notes::put);
        }
        Set<String> names = new HashSet<>(Set.of(SafetensorsHeader.METADATA));
        long place = 0;
        for (TensorInfo tensor : ordered) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException("two tensors of the name " + tensor.name());
            }
            ObjectNode entry = root.putObject(tensor.name());
            entry.put("dtype", tensor.dtype().name());
            ArrayNode shape = entry.putArray("shape");
            for (long dim : tensor.shape().toArray()) {
                shape.add(dim);
            }
            entry.putArray("data_offsets").add(place).add(place + tensor.bytes());
            place += tensor.bytes();
        }
        byte[] text = json.writeValueAsString(root).getBytes(StandardCharsets.UTF_8);
        int padded = (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(padded).put(text);
        while (header.hasRemaining()) {
            header.put((byte) ' ');
        }
        return header.flip();
    }
}
