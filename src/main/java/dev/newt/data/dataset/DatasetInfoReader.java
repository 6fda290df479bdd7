package dev.newt.data.dataset;

import dev.newt.hub.WebCache;
import dev.newt.io.UserException;
import dev.newt.rows.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads an entry of {@code dataset_info.json} as LLaMA-Factory does: which source counts, and what its keys are where they are left out. */
final class DatasetInfoReader {
    /** These hold where an entry has no {@code columns}; otherwise there are those that it names, and no others. */
    private static final Map<String, String> COLUMNS =
            Map.of("prompt", "instruction", "query", "input", "response", "output", "messages", "conversations");

    private static final Map<String, String> TAGS = Map.of(
            "role_tag", "from",
            "content_tag", "value",
            "user_tag", "human",
            "assistant_tag", "gpt",
            "observation_tag", "observation",
            "function_tag", "function_call",
            "system_tag", "system");

    /** Sources that cannot be had, in the order in which LLaMA-Factory looks for them, and what to do instead. */
    private static final String[][] REFUSED_SOURCES = {
        {"ms_hub_url", "ModelScope's hub is not read; give hf_hub_url, or file_name with the rows in files"},
        {"om_hub_url", "Modelers' hub is not read; give hf_hub_url, or file_name with the rows in files"},
        {"script_url", "no code of a data set is run; give file_name with the rows in files"},
    };

    private final String origin;
    private final JsonNode entry;
    private final boolean sharegpt;
    private final Map<String, String> columns;

    private DatasetInfoReader(String origin, JsonNode entry) {
        this.origin = origin;
        this.entry = entry;
        this.sharegpt = isSharegpt();
        this.columns = names(entry.has("columns") ? Map.of() : COLUMNS, entry.path("columns"));
    }

    static DatasetInfo read(Path file, String name) {
        JsonNode entries = json(file);
        JsonNode entry = entries.path(name);
        if (!entry.isObject()) {
            throw new UserException(
                    file + ": has no entry " + name + "; it has " + String.join(", ", entries.propertyNames()) + ".");
        }
        return new DatasetInfoReader(file + ", entry " + name, entry).info(file);
    }

    private DatasetInfo info(Path file) {
        for (String column : List.of("images", "videos", "audios")) {
            if (columns.containsKey(column)) {
                throw error("has " + column + ", which cannot be trained on; only text can");
            }
        }
        Optional<PreferenceKind> preference = preference();
        requireColumns(preference);
        return new DatasetInfo(
                origin, source(file), part(), sharegpt, preference, columns, names(TAGS, entry.path("tags")));
    }

    private boolean isSharegpt() {
        String formatting = text("formatting").orElse("alpaca");
        if (!formatting.equals("alpaca") && !formatting.equals("sharegpt")) {
            throw error("formatting is " + formatting + "; it takes alpaca or sharegpt"
                    + (formatting.equals("openai")
                            ? ". For messages in OpenAI's form name the file itself, with type: chat_template"
                            : ""));
        }
        return formatting.equals("sharegpt");
    }

    private Optional<PreferenceKind> preference() {
        JsonNode ranking = entry.path("ranking");
        if (!ranking.isMissingNode() && !ranking.isNull() && !ranking.isBoolean()) {
            throw error("ranking is " + ranking + "; it takes true or false");
        }
        // In LLaMA-Factory a row with a verdict is one, ranking or not.
        return columns.containsKey("kto_tag")
                ? Optional.of(PreferenceKind.KTO)
                : ranking.asBoolean(false) ? Optional.of(PreferenceKind.PAIR) : Optional.empty();
    }

    private void requireColumns(Optional<PreferenceKind> preference) {
        require(sharegpt ? "messages" : "prompt");
        if (preference.filter(PreferenceKind.PAIR::equals).isPresent()) {
            require("chosen");
            require("rejected");
        }
        if (preference.filter(PreferenceKind.KTO::equals).isPresent() && !sharegpt) {
            require("response");
        }
    }

    private void require(String column) {
        if (!columns.containsKey(column)) {
            throw error("its columns do not name " + column + "; write " + "\"columns\": {\"" + column
                    + "\": \"the name of that column in the rows\", ...}");
        }
    }

    private String source(Path file) {
        Optional<String> hub = text("hf_hub_url");
        if (hub.isPresent()) {
            return hub.get();
        }
        for (String[] refused : REFUSED_SOURCES) {
            if (entry.hasNonNull(refused[0])) {
                throw error("has " + refused[0] + ": " + refused[1]);
            }
        }
        for (String key : List.of("subset", "folder")) {
            if (entry.hasNonNull(key)) {
                throw error(
                        "has " + key
                                + ", which chooses in a repository, but names no hf_hub_url. Name the file itself in file_name");
            }
        }
        Optional<String> cloud = text("cloud_file_name");
        if (cloud.isPresent()) {
            if (!WebCache.isAddress(cloud.get())) {
                throw error("cloud_file_name is " + cloud.get()
                        + "; it takes one file's address, such as s3://bucket/rows.jsonl or https://host/rows.jsonl");
            }
            return cloud.get();
        }
        return text("file_name")
                .map(name -> file.resolveSibling(name).toString())
                .orElseThrow(() -> error("names neither file_name nor hf_hub_url"));
    }

    private DatasetInfo.Part part() {
        Optional<Integer> samples = Optional.of(entry.path("num_samples"))
                .filter(value -> !value.isMissingNode() && !value.isNull())
                .map(value -> {
                    if (!value.isInt() || value.asInt() < 1) {
                        throw error("num_samples is " + value + "; it takes a whole number above 0");
                    }
                    return value.asInt();
                });
        return new DatasetInfo.Part(
                text("subset"), text("folder"), text("split").map(this::split), samples);
    }

    private Split split(String text) {
        try {
            return Split.parse(text);
        } catch (UserException e) {
            throw new UserException(origin + ": " + e.getMessage(), e);
        }
    }

    private Optional<String> text(String key) {
        JsonNode value = entry.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw error(key + " is " + value + "; it takes text");
        }
        return Optional.of(value.asString());
    }

    private Map<String, String> names(Map<String, String> defaults, JsonNode given) {
        Map<String, String> names = new TreeMap<>(defaults);
        given.properties().forEach(property -> {
            JsonNode name = property.getValue();
            if (!name.isString() && !name.isNull()) {
                throw error(property.getKey() + " must be a name, but is " + name);
            }
            if (name.isString()) {
                names.put(property.getKey(), name.asString());
            }
        });
        return names;
    }

    private UserException error(String what) {
        return new UserException(origin + ": " + what + ".");
    }

    private static JsonNode json(Path file) {
        try {
            return JsonMapper.shared().readTree(Files.readString(file));
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new UserException(file + ": is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }
}
