package dev.newt.run;

import dev.newt.hub.Revision;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Which files of a model's repository are needed: safetensors at its top, never pickles, which can run code. */
final class ModelDownload {
    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final List<String> CONFIG = List.of("config.json", "generation_config.json");

    private ModelDownload() {}

    /** Fetches a model with its tokenizer. */
    static Path model(Revision revision, boolean weights) {
        List<String> names = new ArrayList<>(CONFIG);
        names.addAll(ModelFolder.TOKENIZER);
        names.retainAll(revision.files());
        if (!names.contains("config.json")) {
            throw new UserException(revision.repo() + ": has no config.json; it is not a model of transformers.");
        }
        if (weights) {
            names.addAll(weights(revision));
        }
        return revision.fetch(names);
    }

    /** Fetches a tokenizer alone. */
    static Path tokenizer(Revision revision) {
        List<String> names = new ArrayList<>(ModelFolder.TOKENIZER);
        names.retainAll(revision.files());
        if (!names.contains("tokenizer.json")) {
            throw new UserException(revision.repo() + ": has no tokenizer.json; a fast tokenizer is needed.");
        }
        return revision.fetch(names);
    }

    private static List<String> weights(Revision revision) {
        List<String> files = revision.files();
        if (files.contains(SINGLE)) {
            return List.of(SINGLE);
        }
        if (!files.contains(INDEX)) {
            boolean pickles = files.stream().anyMatch(name -> name.endsWith(".bin") || name.endsWith(".pth"));
            throw new UserException(revision.repo() + ": has neither " + SINGLE + " nor " + INDEX
                    + (pickles
                            ? "; its .bin or .pth files are pickles, which are not read, since they can run code. Convert "
                                    + "it to safetensors."
                            : "."));
        }
        List<String> names = new ArrayList<>(List.of(INDEX));
        names.addAll(shards(revision.fetch(INDEX)));
        return names;
    }

    private static TreeSet<String> shards(Path index) {
        try {
            TreeSet<String> shards = new TreeSet<>();
            JsonNode map = JsonMapper.shared().readTree(Files.readString(index)).path("weight_map");
            for (Map.Entry<String, JsonNode> tensor : map.properties()) {
                shards.add(tensor.getValue().asString(""));
            }
            if (!shards.isEmpty()) {
                return shards;
            }
            throw new UserException(index + ": names no files in its weight_map.");
        } catch (IOException | JacksonException e) {
            throw new UserException(index + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
