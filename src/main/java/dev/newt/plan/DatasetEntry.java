package dev.newt.plan;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One entry of {@code datasets}, for {@link RunSettingsBuilder#datasets}: where rows are and how they become examples. Immutable.
 *
 * @param values by key; see {@code docs/data.md}
 */
public record DatasetEntry(Map<String, Object> values) {
    public DatasetEntry {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * @param path a file, a folder, a pattern, an address, or a repository of the hub
     * @param type the prompt format, such as {@code alpaca} or {@code chat_template}
     */
    public static DatasetEntry of(String path, String type) {
        return new DatasetEntry(Map.of()).with("path", path).with("type", type);
    }

    /** The same rows, of which a split is read, such as {@code train[:1000]}. */
    public DatasetEntry split(String split) {
        return with("split", split);
    }

    /** The same with a further key, such as {@code roles_to_train} or {@code field_messages}. */
    public DatasetEntry with(String key, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(values);
        more.put(key, value);
        return new DatasetEntry(more);
    }
}
