package dev.newt.token;

import dev.newt.io.Sha256;
import dev.newt.io.JsonDocument;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** The files next to {@code tokenizer.json} that define its special tokens. */
final class TokenizerFiles {
    private static final String CONFIG = "tokenizer_config.json";
    private static final String SPECIAL_TOKENS_MAP = "special_tokens_map.json";

    private final Path directory;
    private final JsonNode config;
    private final JsonNode specialTokensMap;

    private TokenizerFiles(Path directory, JsonNode config, JsonNode specialTokensMap) {
        this.directory = directory;
        this.config = config;
        this.specialTokensMap = specialTokensMap;
    }

    static TokenizerFiles read(Path directory) {
        TokenizerFiles files = new TokenizerFiles(
                directory, json(directory.resolve(CONFIG)), json(directory.resolve(SPECIAL_TOKENS_MAP)));
        if (!Files.isRegularFile(files.tokenizerFile())) {
            throw new UserException(files.tokenizerFile()
                    + ": does not exist. A model directory with a fast tokenizer (tokenizer.json) is needed.");
        }
        return files;
    }

    Path tokenizerFile() {
        return directory.resolve("tokenizer.json");
    }

    Optional<Boolean> flag(String key) {
        JsonNode value = config.path(key);
        return value.isBoolean() ? Optional.of(value.asBoolean()) : Optional.empty();
    }

    /** Names such as {@code bos_token}; tokenizer_config.json wins over special_tokens_map.json, the overrides over both. */
    Map<String, String> specialTokens(SpecialTokens overrides) {
        Map<String, String> names = new TreeMap<>();
        for (JsonNode source : new JsonNode[] {specialTokensMap, config}) {
            for (Map.Entry<String, JsonNode> entry : source.properties()) {
                if (entry.getKey().endsWith("_token")) {
                    JsonNode value = entry.getValue();
                    JsonNode name = value.isObject() ? value.path("content") : value;
                    if (name.isString()) {
                        names.put(entry.getKey(), name.asString());
                    }
                }
            }
        }
        overrides.bosToken().ifPresent(name -> names.put("bos_token", name));
        overrides.eosToken().ifPresent(name -> names.put("eos_token", name));
        overrides.padToken().ifPresent(name -> names.put("pad_token", name));
        overrides.unkToken().ifPresent(name -> names.put("unk_token", name));
        // Sorted: its printed form is part of the key of prepared data, and Map.copyOf has a different order in every
        // process.
        return Collections.unmodifiableMap(names);
    }

    /** {@code chat_template.jinja}, otherwise the one in tokenizer_config.json; of several, the one named default. */
    Optional<String> chatTemplate() {
        Path file = directory.resolve("chat_template.jinja");
        if (Files.isRegularFile(file)) {
            return Optional.of(text(file));
        }
        JsonNode value = config.path("chat_template");
        if (value.isString()) {
            return Optional.of(value.asString());
        }
        for (JsonNode named : value) {
            if (named.path("name").asString("").equals("default")) {
                return Optional.of(named.path("template").asString());
            }
        }
        return Optional.empty();
    }

    /** A mapping to ids, or a list in some kinds of tokenizers. */
    int vocabularySize() {
        return json(tokenizerFile()).path("model").path("vocab").size();
    }

    /** The hash of the raw files: writing their parsed content again would take longer. */
    String contentHash() {
        Sha256 hash = new Sha256().addFile(tokenizerFile());
        for (String name : List.of(CONFIG, SPECIAL_TOKENS_MAP)) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file)) {
                hash.add(name).addFile(file);
            }
        }
        return hash.hex();
    }

    private static JsonNode json(Path file) {
        if (!Files.isRegularFile(file)) {
            return JsonNodeFactory.instance.objectNode();
        }
        try {
            return JsonDocument.read(text(file));
        } catch (JacksonException e) {
            throw new UserException(file + ": is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
