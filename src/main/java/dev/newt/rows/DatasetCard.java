package dev.newt.rows;

import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * What the metadata of a data set's README.md says about its files: configurations, and for each one the files of its splits.
 *
 * @param configurations by name, in the order of the file; patterns by split
 * @param byDefault the configuration to use if none is named
 */
record DatasetCard(Map<String, Map<String, List<String>>> configurations, Optional<String> byDefault) {
    private static final String FENCE = "---";

    /** Reads a README.md; without such metadata it has no configurations. */
    static DatasetCard of(String readme, String origin) {
        Object configs = head(readme, origin).get("configs");
        Map<String, Map<String, List<String>>> configurations = new LinkedHashMap<>();
        Optional<String> byDefault = Optional.empty();
        if (configs instanceof List<?> all) {
            for (Object one : all) {
                if (one instanceof Map<?, ?> config && config.get("config_name") != null) {
                    String name = config.get("config_name").toString();
                    Map<String, List<String>> splits = splits(config);
                    if (!splits.isEmpty()) {
                        configurations.put(name, splits);
                    }
                    if (Boolean.TRUE.equals(config.get("default"))) {
                        byDefault = Optional.of(name);
                    }
                }
            }
        }
        return new DatasetCard(configurations, byDefault);
    }

    /**
     * The file patterns of a split; empty if the card does not mention files.
     *
     * @throws UserException if it does, but has no such configuration or split
     */
    Optional<List<String>> patterns(Optional<String> configuration, String split, String origin) {
        if (configurations.isEmpty()) {
            return Optional.empty();
        }
        String name = configuration
                .or(() -> byDefault)
                .or(() -> Optional.of("default").filter(configurations::containsKey))
                .or(() -> configurations.size() == 1
                        ? configurations.keySet().stream().findFirst()
                        : Optional.empty())
                .orElseThrow(() -> new UserException(
                        origin + ": has several configurations; choose one by name: " + names(configurations) + "."));
        Map<String, List<String>> splits = configurations.get(name);
        if (splits == null) {
            throw new UserException(
                    origin + ": has no configuration " + name + "; it has " + names(configurations) + ".");
        }
        List<String> patterns = splits.get(split);
        if (patterns == null) {
            throw new UserException(origin + ": has no split " + split + " in its configuration " + name + "; it has "
                    + names(splits) + ".");
        }
        return Optional.of(patterns);
    }

    private static String names(Map<String, ?> map) {
        return String.join(", ", map.keySet());
    }

    private static Map<?, ?> head(String readme, String origin) {
        List<String> lines = readme.lines().toList();
        if (lines.isEmpty() || !lines.get(0).strip().equals(FENCE)) {
            return Map.of();
        }
        List<String> head = lines.stream()
                .skip(1)
                .takeWhile(line -> !line.strip().equals(FENCE))
                .toList();
        try {
            Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(String.join("\n", head));
            return read instanceof Map<?, ?> map ? map : Map.of();
        } catch (YAMLException e) {
            throw new UserException(
                    origin + ": the metadata of its README.md cannot be read: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
                            + ". Name the files in data_files.",
                    e);
        }
    }

    /** {@code data_files} is one pattern, several patterns, or several with the split of each. */
    private static Map<String, List<String>> splits(Map<?, ?> config) {
        String folder = config.get("data_dir") == null
                ? ""
                : config.get("data_dir").toString().replaceFirst("/*$", "/");
        Map<String, List<String>> splits = new LinkedHashMap<>();
        Object files = config.get("data_files");
        for (Object one : files instanceof List<?> list ? list : files == null ? List.of() : List.of(files)) {
            if (one instanceof Map<?, ?> entry && entry.get("path") != null) {
                Object split = entry.get("split");
                Object path = entry.get("path");
                for (Object pattern : path instanceof List<?> paths ? paths : List.of(path)) {
                    add(splits, split == null ? "train" : split.toString(), folder + pattern);
                }
            } else if (one instanceof String pattern) {
                add(splits, "train", folder + pattern);
            }
        }
        return splits;
    }

    private static void add(Map<String, List<String>> splits, String split, String pattern) {
        splits.computeIfAbsent(split, name -> new ArrayList<>()).add(pattern.replaceFirst("^\\./", ""));
    }
}
