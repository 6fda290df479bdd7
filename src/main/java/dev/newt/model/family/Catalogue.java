package dev.newt.model.family;

import dev.newt.io.JsonDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The shapes of well-known models, by their names on the hub: enough of each config.json to plan a run without having it. */
public final class Catalogue {
    private static final String RESOURCE = "catalogue.json";

    private final List<String> names = new ArrayList<>();
    private final Map<String, JsonNode> configs = new TreeMap<>();

    private Catalogue(JsonNode models) {
        for (JsonNode model : models) {
            for (JsonNode name : model.get("names")) {
                names.add(name.asString());
                configs.put(key(name.asString()), model.get("config"));
            }
        }
    }

    /** Reads it; it is part of the program. */
    public static Catalogue read() {
        try (InputStream in = Catalogue.class.getResourceAsStream(RESOURCE)) {
            return new Catalogue(JsonDocument.read(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names as the hub writes them, such as {@code meta-llama/Llama-3.1-8B}. */
    public List<String> names() {
        return List.copyOf(names);
    }

    /** The model of a name, in whichever case it is written. */
    public Optional<ModelConfig> find(String name) {
        return Optional.ofNullable(configs.get(key(name))).map(config -> Families.of(config, name));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
