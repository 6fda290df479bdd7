package dev.newt.config;

import dev.newt.config.yaml.YamlTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Axolotl's keys that no record binds, read from {@code axolotl-keys.tsv}: old spellings, keys that have nothing to act on, and those that
 * ask for something that does not exist yet.
 */
final class AxolotlKeys {
    private static final Map<String, Unbound> KEYS = read();

    private AxolotlKeys() {}

    /**
     * A key without a component.
     *
     * @param doc what there is to say about it
     * @param harmless values that ask for nothing
     * @param onlyHarmless whether these are all: {@code false} asks for something too
     * @param newValue what the replacing key takes, where that is not the same value
     * @param kind why it has no effect; empty for other classes
     * @param values which of its values have none
     */
    record Unbound(
            KeyDoc doc,
            List<String> harmless,
            boolean onlyHarmless,
            Optional<String> newValue,
            Optional<NoEffect> kind,
            Values values) {
        boolean asksForNothing(YamlTree value) {
            if (value instanceof YamlTree.Sequence list) {
                return list.items().stream().allMatch(this::asksForNothing);
            }
            if (value instanceof YamlTree.Mapping mapping) {
                return mapping.entries().isEmpty();
            }
            YamlTree.Scalar scalar = (YamlTree.Scalar) value;
            Optional<Object> truth = Scalars.parse(Boolean.class, scalar);
            boolean isFalse = truth.equals(Optional.of(false)) && !onlyHarmless;
            String text = truth.map(Object::toString).orElse(scalar.text());
            return scalar.isNull() || isFalse || text.isEmpty() || harmless.contains(text);
        }
    }

    /**
     * Values by pattern, in which {@code *} stands for any text.
     *
     * @param refused whether the patterns name the values that are refused; else all others are
     */
    record Values(boolean refused, List<Pattern> patterns) {
        private static final Values ALL = new Values(true, List.of());

        private static Values of(String cell) {
            boolean refused = cell.startsWith("!");
            return new Values(
                    refused,
                    Stream.of(cell.substring(refused ? 1 : 0).split(","))
                            .map(glob -> Pattern.compile(Pattern.quote(glob).replace("*", "\\E.*\\Q")))
                            .toList());
        }

        /** The first scalar of a value that is refused. */
        Optional<YamlTree.Scalar> firstRefused(YamlTree value) {
            if (value instanceof YamlTree.Sequence list) {
                return list.items().stream()
                        .flatMap(item -> firstRefused(item).stream())
                        .findFirst();
            }
            return value instanceof YamlTree.Scalar scalar && !scalar.isNull() && isRefused(scalar)
                    ? Optional.of(scalar)
                    : Optional.empty();
        }

        private boolean isRefused(YamlTree.Scalar scalar) {
            return patterns.stream()
                            .anyMatch(pattern -> pattern.matcher(scalar.text()).matches())
                    == refused;
        }
    }

    /** The key of a path as the catalogue has it, such as {@code fsdp_config.fsdp_version}. */
    static Optional<Unbound> at(String path) {
        return Optional.ofNullable(KEYS.get(path));
    }

    /** The key on the level of the record {@code level}. */
    static Optional<Unbound> find(Class<?> level, String key) {
        return Schema.path(level, key).map(KEYS::get);
    }

    /** Those on the level of a record, by name. */
    static Map<String, Unbound> on(Class<?> level) {
        Map<String, Unbound> found = new LinkedHashMap<>();
        KEYS.forEach((path, unbound) -> {
            String name = path.substring(path.lastIndexOf('.') + 1);
            if (Schema.path(level, name).filter(path::equals).isPresent()) {
                found.put(name, unbound);
            }
        });
        return found;
    }

    static Collection<Unbound> all() {
        return KEYS.values();
    }

    /** All of the top level. */
    static Set<String> names() {
        return KEYS.keySet().stream().filter(path -> !path.contains(".")).collect(Collectors.toSet());
    }

    private static Map<String, Unbound> read() {
        Map<String, Unbound> keys = new LinkedHashMap<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                AxolotlKeys.class.getResourceAsStream("axolotl-keys.tsv"), StandardCharsets.UTF_8))) {
            String[] group = {};
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] cells = line.split("\t", -1);
                if (line.startsWith("\t")) {
                    keys.put(cells[1], key(group, cells));
                } else if (!line.startsWith("#")) {
                    group = cells;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return keys;
    }

    private static Unbound key(String[] group, String[] cells) {
        String harmless = cell(cells, 4).orElse("");
        boolean only = harmless.startsWith("=");
        List<String> values =
                new ArrayList<>(Arrays.asList(harmless.substring(only ? 1 : 0).split(",")));
        values.remove("");
        String[] replaced = cell(cells, 5).orElse("").split(":", 2);
        KeyDoc doc = new KeyDoc(
                cells[1],
                KeyStatus.of(group[0]),
                group[1],
                cells[2],
                cell(cells, 3),
                Optional.empty(),
                Optional.of(replaced[0]).filter(name -> !name.isEmpty()),
                group[2]);
        return new Unbound(
                doc,
                List.copyOf(values),
                only,
                replaced.length < 2 ? Optional.empty() : Optional.of(replaced[1].replaceFirst(".*=", "")),
                cell(group, 3).map(NoEffect::of),
                cell(cells, 6).map(Values::of).orElse(Values.ALL));
    }

    private static Optional<String> cell(String[] cells, int column) {
        return column < cells.length && !cells[column].isEmpty() ? Optional.of(cells[column]) : Optional.empty();
    }
}
