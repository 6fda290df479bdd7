package dev.newt.weights;

import dev.newt.io.JsonDocument;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The weights in a Hugging Face model folder: one {@code model.safetensors}, or several files and {@code model.safetensors.index.json},
 * which names the file of every tensor. If both exist, the single file is read, as in transformers.
 */
public final class ModelDirectory implements AutoCloseable {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Path directory;
    private final List<SafetensorsFile> files;
    private final Map<String, StoredTensor> tensors;

    private ModelDirectory(Path directory, List<SafetensorsFile> files, Map<String, StoredTensor> tensors) {
        this.directory = directory;
        this.files = files;
        this.tensors = tensors;
    }

    /** @throws UserException if there are no such weights, or listing everything wrong with their files */
    public static ModelDirectory open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new UserException(directory + ": is not a folder; the folder of a model is needed.");
        }
        if (Files.exists(directory.resolve(SINGLE))) {
            SafetensorsFile file = SafetensorsFile.open(directory.resolve(SINGLE));
            return new ModelDirectory(directory, List.of(file), file.tensors());
        }
        if (Files.exists(directory.resolve(INDEX))) {
            return openSharded(directory);
        }
        throw new UserException(
                directory + ": has neither " + SINGLE + " nor " + INDEX + otherWeights(directory) + ".");
    }

    /** Whether all files with weights are there, whatever is in them; of a folder that is being filled they may not be. */
    public static boolean isWhole(Path directory) {
        if (Files.exists(directory.resolve(SINGLE))) {
            return true;
        }
        return Files.exists(directory.resolve(INDEX))
                && readIndex(directory.resolve(INDEX)).values().stream()
                        .allMatch(name -> Files.exists(directory.resolve(name)));
    }

    public Path directory() {
        return directory;
    }

    /** By name, file after file. */
    public Map<String, StoredTensor> tensors() {
        return tensors;
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }

    private static ModelDirectory openSharded(Path directory) {
        Map<String, String> fileOfTensor = readIndex(directory.resolve(INDEX));
        Map<String, SafetensorsFile> open = new HashMap<>();
        TensorProblems problems = new TensorProblems();
        try {
            for (String name : new LinkedHashSet<>(fileOfTensor.values())) {
                try {
                    open.put(name, SafetensorsFile.open(directory.resolve(name)));
                } catch (UserException e) {
                    String message = e.getMessage();
                    problems.add(message.endsWith(".") ? message.substring(0, message.length() - 1) : message);
                }
            }
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            fileOfTensor.forEach((tensor, fileName) -> {
                SafetensorsFile file = open.get(fileName);
                if (file != null) {
                    Optional<StoredTensor> found = file.find(tensor);
                    found.ifPresentOrElse(
                            stored -> tensors.put(tensor, stored),
                            () -> problems.add(
                                    fileName + ": tensor " + tensor + " is missing, although " + INDEX + " lists it"));
                }
            });
            problems.refuse(directory, "the weights");
            return new ModelDirectory(directory, List.copyOf(open.values()), Collections.unmodifiableMap(tensors));
        } catch (RuntimeException e) {
            open.values().forEach(SafetensorsFile::close);
            throw e;
        }
    }

    private static Map<String, String> readIndex(Path index) {
        JsonNode map;
        try {
            map = JsonDocument.read(Files.readString(index)).path("weight_map");
        } catch (NoSuchFileException e) {
            throw new UserException(index + ": not found.", e);
        } catch (IOException e) {
            throw new UserException(index + ": cannot be read: " + e.getMessage() + ".", e);
        } catch (JacksonException e) {
            throw new UserException(index + ": is not valid JSON: " + e.getOriginalMessage() + ".", e);
        }
        if (!map.isObject() || map.isEmpty()) {
            throw new UserException(index + ": weight_map is missing or empty; it must name the file of every tensor.");
        }
        Map<String, String> fileOfTensor = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String file = entry.getValue().isString() ? entry.getValue().stringValue() : "";
            if (!isPlainFileName(file)) {
                throw new UserException(index + ": weight_map gives " + entry.getValue() + " for " + entry.getKey()
                        + "; it must be the name of a .safetensors file in the same folder.");
            }
            fileOfTensor.put(entry.getKey(), file);
        }
        return fileOfTensor;
    }

    /** A downloaded index must not lead out of its folder. */
    private static boolean isPlainFileName(String name) {
        return name.endsWith(".safetensors")
                && name.indexOf('/') < 0
                && name.indexOf('\\') < 0
                && name.indexOf('\0') < 0;
    }

    private static String otherWeights(Path directory) {
        Set<String> known = Set.of(
                "pytorch_model.bin", "pytorch_model.bin.index.json", "consolidated.00.pth", "consolidated.safetensors");
        for (String name : known) {
            if (Files.exists(directory.resolve(name))) {
                return "; " + name + " exists, but only weights in Hugging Face's safetensors format are supported";
            }
        }
        return "; the weights of a model are needed";
    }
}
