package dev.newt.data;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One entry of LLaMA-Factory's {@code dataset_info.json}: where rows lie and what their columns are called. A data set's path names it as
 * {@code folder/dataset_info.json#entry}.
 *
 * @param path of the rows: a file beside dataset_info.json, or a name on the hub
 * @param sharegpt whether the rows are conversations; else they are instructions
 * @param columns from LLaMA-Factory's name of a column to the rows', with its defaults
 * @param tags the same for what a message says of its role
 */
public record DatasetInfo(String path, boolean sharegpt, Map<String, String> columns, Map<String, String> tags) {
    private static final Pattern REFERENCE = Pattern.compile("(.*dataset_info[^/#]*\\.json)#(.+)");
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

    /** Keys of an entry that choose among the rows, and what to write instead. */
    private static final Map<String, String> IN_THE_CONFIGURATION = new TreeMap<>(Map.of(
            "subset", "name its files in data_files of this data set in the configuration.",
            "split", "set split of this data set in the configuration.",
            "folder", "set data_files of this data set in the configuration.",
            "num_samples", "set split of this data set in the configuration, such as train[:1000]."));

    public DatasetInfo {
        // Sorted, so that equal entries print alike: prepared data are found by what they print.
        columns = Collections.unmodifiableMap(new TreeMap<>(columns));
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /** The rows' name of a column; empty where the entry leaves it out and there is no default. */
    public Optional<String> column(String name) {
        return Optional.ofNullable(columns.get(name));
    }

    /** What the rows write for a tag. */
    public String tag(String name) {
        return tags.get(name);
    }

    /**
     * The entry that a path names; empty for paths that name none.
     *
     * @param paths from a path as written to where it is
     * @throws UserException if the file or the entry is not there, or cannot be used
     */
    public static Optional<DatasetInfo> find(String path, Function<String, Path> paths) {
        Matcher reference = REFERENCE.matcher(path);
        return reference.matches()
                ? Optional.of(read(paths.apply(reference.group(1)), reference.group(2)))
                : Optional.empty();
    }

    private static DatasetInfo read(Path file, String name) {
        JsonNode entries = json(file);
        JsonNode entry = entries.path(name);
        if (!entry.isObject()) {
            throw new UserException(
                    file + ": has no entry " + name + "; it has " + String.join(", ", entries.propertyNames()) + ".");
        }
        String what = file + ", entry " + name;
        if (entry.path("ranking").asBoolean(false)) {
            throw new UserException(what + ": holds ranked answers, which cannot be trained on yet.");
        }
        String formatting = entry.path("formatting").asString("alpaca");
        if (!formatting.equals("alpaca") && !formatting.equals("sharegpt")) {
            throw new UserException(what + ": formatting is " + formatting + "; it takes alpaca or sharegpt.");
        }
        if (entry.path("columns").has("kto_tag")) {
            throw new UserException(what + ": holds answers with verdicts, which cannot be trained on yet.");
        }
        for (Map.Entry<String, String> key : IN_THE_CONFIGURATION.entrySet()) {
            JsonNode value = entry.path(key.getKey());
            boolean usual = key.getKey().equals("split") && value.asString("").equals("train");
            if (!value.isMissingNode() && !value.isNull() && !usual) {
                throw new UserException(what + ": has " + key.getKey() + ", which is not read here; " + key.getValue());
            }
        }
        for (String column : new String[] {"images", "videos", "audios"}) {
            if (entry.path("columns").has(column)) {
                throw new UserException(
                        what + ": has " + column + ", of which nothing can be learnt here; only text can.");
            }
        }
        return new DatasetInfo(
                source(file, what, entry),
                formatting.equals("sharegpt"),
                named(what, COLUMNS, entry.path("columns")),
                named(what, TAGS, entry.path("tags")));
    }

    private static String source(Path file, String what, JsonNode entry) {
        if (entry.path("file_name").isString()) {
            return file.resolveSibling(entry.path("file_name").asString()).toString();
        }
        if (entry.path("hf_hub_url").isString()) {
            return entry.path("hf_hub_url").asString();
        }
        throw new UserException(what + ": names neither file_name nor hf_hub_url.");
    }

    private static Map<String, String> named(String what, Map<String, String> defaults, JsonNode given) {
        Map<String, String> names = new TreeMap<>(defaults);
        given.properties().forEach(property -> {
            if (!property.getValue().isString()) {
                throw new UserException(
                        what + ": " + property.getKey() + " must be a name, but is " + property.getValue() + ".");
            }
            names.put(property.getKey(), property.getValue().asString());
        });
        return names;
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
