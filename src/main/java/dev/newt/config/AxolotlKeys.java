package dev.newt.config;

import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.YamlTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Axolotl's keys that do nothing here, read from {@code axolotl-keys.tsv}: some have nothing to act on and are told once, the others ask for
 * something that does not exist yet and end the run before it starts.
 */
final class AxolotlKeys {
    private static final Map<String, Unused> TOP = new HashMap<>();
    private static final Map<String, Unused> DATASET = new HashMap<>();

    static {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                AxolotlKeys.class.getResourceAsStream("axolotl-keys.tsv"), StandardCharsets.UTF_8))) {
            lines.lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(AxolotlKeys::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private AxolotlKeys() {}

    /**
     * A key without use.
     *
     * @param effectless whether leaving it aside changes no result
     * @param inert values that ask for nothing, besides {@code false} and empty ones
     * @param reason why it has no effect, or what to write instead
     */
    record Unused(boolean effectless, List<String> inert, String reason) {
        /** What to say about the key with this value; nothing where the value asks for nothing. */
        Optional<Problem> judge(String path, YamlTree.Entry entry) {
            if (asksForNothing(entry.value())) {
                return Optional.empty();
            }
            return Optional.of(
                    effectless
                            ? new Problem(
                                    entry.keyPlace(), Problem.Severity.WARNING, path + " has no effect here: " + reason)
                            : new Problem(
                                    entry.keyPlace(),
                                    Problem.Severity.ERROR,
                                    path + " is not supported yet; " + reason));
        }

        private boolean asksForNothing(YamlTree value) {
            if (value instanceof YamlTree.Sequence list) {
                return list.items().stream().allMatch(this::asksForNothing);
            }
            if (value instanceof YamlTree.Mapping mapping) {
                return mapping.entries().isEmpty();
            }
            YamlTree.Scalar scalar = (YamlTree.Scalar) value;
            boolean isFalse = Scalars.parse(Boolean.class, scalar)
                    .filter(Boolean.FALSE::equals)
                    .isPresent();
            return scalar.isNull() || isFalse || inert.contains(scalar.text());
        }
    }

    private static void add(String line) {
        String[] cells = line.split("\t");
        Unused unused = new Unused(
                cells[0].equals("effectless"), cells[2].isEmpty() ? List.of() : List.of(cells[2].split(",")), cells[3]);
        for (String key : cells[1].split(" ")) {
            boolean dataset = key.startsWith("datasets[].");
            (dataset ? DATASET : TOP).put(dataset ? key.substring("datasets[].".length()) : key, unused);
        }
    }

    /** The key on the level of the record {@code level}. */
    static Optional<Unused> find(Class<?> level, String key) {
        return Optional.ofNullable((level == DatasetConfig.class ? DATASET : TOP).get(key));
    }

    /** All such keys of the top level. */
    static Set<String> names() {
        return TOP.keySet();
    }
}
