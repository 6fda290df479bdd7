package dev.newt.config;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.YamlTree;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Where each key path, such as {@code datasets[0].path}, is written, and which values could not be used. */
final class Positions {
    private final Map<String, YamlTree.Entry> written = new HashMap<>();
    private final Set<String> failed = new HashSet<>();
    private final Place start;

    Positions(Place start) {
        this.start = start;
    }

    void add(String path, YamlTree.Entry entry) {
        written.put(path, entry);
    }

    void fail(String path) {
        failed.add(path);
    }

    /** Whether the value at the path, or one below it, could not be used. */
    boolean failed(String path) {
        return failed.stream()
                .anyMatch(bad -> bad.startsWith(path)
                        && (bad.length() == path.length() || ".[".indexOf(bad.charAt(path.length())) >= 0));
    }

    Optional<YamlTree> value(String path) {
        return Optional.ofNullable(written.get(path)).map(YamlTree.Entry::value);
    }

    boolean has(String path) {
        return written.containsKey(path);
    }

    /** The value's place; for an unset key, that of the nearest value around it. */
    Place of(String path) {
        for (String at = path; !at.isEmpty(); at = parent(at)) {
            if (written.containsKey(at)) {
                return written.get(at).value().place();
            }
        }
        return start;
    }

    static String parent(String path) {
        return path.substring(0, Math.max(0, Math.max(path.lastIndexOf('.'), path.lastIndexOf('['))));
    }

    static String child(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
