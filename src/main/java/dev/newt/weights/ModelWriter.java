package dev.newt.weights;

import dev.newt.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a model's weights into a folder as transformers reads them: one file or, above a size, several and their index. Earlier weights
 * are replaced; a write that dies halfway leaves no mixture of both that could be read as a model.
 */
public final class ModelWriter {
    /** The shard size that transformers uses, 5 GB; 10^9 bytes each. */
    public static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;

    private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ModelWriter() {}

    /**
     * @param tensors in the model's order, which decides what shares a shard
     * @param maxShardBytes the largest size of a shard, unless a single tensor is larger
     */
    public static void write(
            Path directory, List<TensorInfo> tensors, long maxShardBytes, SafetensorsWriter.Content content) {
        List<List<TensorInfo>> shards = shards(tensors, maxShardBytes);
        Path index = directory.resolve(ModelDirectory.INDEX);
        Path single = directory.resolve(ModelDirectory.SINGLE);
        try {
            Files.createDirectories(directory);
            if (shards.size() == 1) {
                SafetensorsWriter.write(single, tensors, SafetensorsWriter.PYTORCH, content);
                Files.deleteIfExists(index);
                deleteShardsBut(directory, Set.of());
            } else {
                // Without its index a half-replaced set of shards is not a model; a single file stays valid until the
                // new
                // index is there.
                Files.deleteIfExists(index);
                writeShards(directory, shards, content);
                Files.deleteIfExists(single);
            }
        } catch (IOException e) {
            throw AtomicFiles.failure(directory, e);
        }
    }

    private static void writeShards(Path directory, List<List<TensorInfo>> shards, SafetensorsWriter.Content content)
            throws IOException {
        TreeMap<String, String> fileOfTensor = new TreeMap<>();
        long bytes = 0;
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format("model-%05d-of-%05d.safetensors", i + 1, shards.size());
            SafetensorsWriter.write(directory.resolve(name), shards.get(i), SafetensorsWriter.PYTORCH, content);
            for (TensorInfo tensor : shards.get(i)) {
                fileOfTensor.put(tensor.name(), name);
                bytes += tensor.bytes();
            }
        }
        deleteShardsBut(directory, Set.copyOf(fileOfTensor.values()));
        ObjectNode root = JSON.createObjectNode();
        root.putObject("metadata").put("total_size", bytes);
        ObjectNode map = root.putObject("weight_map");
        fileOfTensor.forEach(map::put);
        AtomicFiles.writeString(directory.resolve(ModelDirectory.INDEX), JSON.writeValueAsString(root) + "\n");
    }

    private static List<List<TensorInfo>> shards(List<TensorInfo> tensors, long maxShardBytes) {
        List<List<TensorInfo>> shards = new ArrayList<>();
        List<TensorInfo> current = new ArrayList<>();
        long bytes = 0;
        for (TensorInfo tensor : tensors) {
            if (!current.isEmpty() && bytes + tensor.bytes() > maxShardBytes) {
                shards.add(current);
                current = new ArrayList<>();
                bytes = 0;
            }
            current.add(tensor);
            bytes += tensor.bytes();
        }
        shards.add(current);
        return shards;
    }

    private static void deleteShardsBut(Path directory, Set<String> keep) throws IOException {
        Set<Path> stale;
        try (Stream<Path> files = Files.list(directory)) {
            stale = files.filter(
                            file -> SHARD.matcher(file.getFileName().toString()).matches())
                    .filter(file -> !keep.contains(file.getFileName().toString()))
                    .collect(Collectors.toSet());
        }
        for (Path file : stale) {
            Files.delete(file);
        }
    }
}
