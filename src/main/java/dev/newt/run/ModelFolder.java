package dev.newt.run;

import dev.newt.io.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The files of a model's folder besides its weights. */
final class ModelFolder {
    static final List<String> TOKENIZER = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja",
            "vocab.json",
            "merges.txt",
            "tokenizer.model");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ModelFolder() {}

    /** Copies the tokenizer's files that are there. */
    static void copyTokenizer(Path from, Path to) throws IOException {
        for (String name : TOKENIZER) {
            copy(from.resolve(name), to.resolve(name));
        }
    }

    /**
     * Copies config.json and generation_config.json.
     *
     * @param dtype the type of the weights beside it, as transformers names it
     * @param untied whether embedding and head have become two
     */
    static void copyConfig(Path from, Path to, String dtype, boolean untied) throws IOException {
        JsonNode json = JSON.readTree(Files.readString(from.resolve("config.json")));
        ObjectNode config = (ObjectNode) json;
        config.put(config.has("torch_dtype") ? "torch_dtype" : "dtype", dtype);
        if (untied) {
            config.put("tie_word_embeddings", false);
        }
        AtomicFiles.writeString(to.resolve("config.json"), JSON.writeValueAsString(config) + "\n");
        copy(from.resolve("generation_config.json"), to.resolve("generation_config.json"));
    }

    private static void copy(Path from, Path to) throws IOException {
        if (Files.isRegularFile(from) && !(Files.exists(to) && Files.isSameFile(from, to))) {
            AtomicFiles.writeBytes(to, Files.readAllBytes(from));
        }
    }
}
