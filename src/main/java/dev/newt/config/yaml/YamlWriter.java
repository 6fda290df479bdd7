package dev.newt.config.yaml;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.reader.StreamReader;

/** Writes a tree as YAML that reads as the same tree, with secrets masked and, on request, the origin of each value. */
public final class YamlWriter {
    /** Plain text that YAML reads unchanged; other text is quoted. */
    private static final Pattern PLAIN =
            Pattern.compile("[\\p{L}\\p{N}./_+$<~-](?:[\\p{L}\\p{N}./_+$<>{}()=~:,| -]*[\\p{L}\\p{N}./_+$>{}()=-])?");

    private static final Pattern SPECIAL = Pattern.compile(".*(: |:$|^- |^-$|^---|^<<$).*");
    private static final Pattern TRUTH_OR_NULL = Pattern.compile("(?i)true|false|yes|no|on|off|null|~");

    private final boolean origins;
    private final StringBuilder text = new StringBuilder();

    private YamlWriter(boolean origins) {
        this.origins = origins;
    }

    /**
     * @param origins whether each value is followed by a comment: the file and line, the argument, the environment variable, the default
     */
    public static String write(YamlTree.Mapping root, boolean origins) {
        YamlWriter writer = new YamlWriter(origins);
        writer.mapping(root, "", "", "");
        return writer.text.toString();
    }

    /**
     * @param first what precedes the first key: the indent, or an item's dash
     */
    private void mapping(YamlTree.Mapping mapping, String path, String first, String indent) {
        String before = first;
        for (Map.Entry<String, YamlTree.Entry> entry : mapping.entries().entrySet()) {
            String below = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
            text.append(before).append(key(entry.getKey())).append(':');
            value(entry.getValue().value(), below, indent);
            before = indent;
        }
    }

    /** After a key's colon. */
    private void value(YamlTree value, String path, String indent) {
        if (value instanceof YamlTree.Mapping mapping && !mapping.entries().isEmpty()) {
            text.append('\n');
            mapping(mapping, path, indent + "  ", indent + "  ");
        } else if (value instanceof YamlTree.Sequence list && !list.items().isEmpty()) {
            text.append('\n');
            list(list, path, indent + "  ", indent + "  ");
        } else {
            String leaf = leaf(value, path);
            end((leaf.isEmpty() ? "" : " ") + leaf, value);
        }
    }

    private void list(YamlTree.Sequence list, String path, String first, String indent) {
        String before = first;
        for (Iterator<YamlTree> items = list.items().iterator(); items.hasNext(); before = indent) {
            YamlTree item = items.next();
            if (item instanceof YamlTree.Mapping mapping && !mapping.entries().isEmpty()) {
                mapping(mapping, path, before + "- ", indent + "  ");
            } else if (item instanceof YamlTree.Sequence inner && !inner.items().isEmpty()) {
                list(inner, path, before + "- ", indent + "  ");
            } else {
                text.append(before).append('-');
                String leaf = leaf(item, path);
                end((leaf.isEmpty() ? " null" : " " + leaf), item);
            }
        }
    }

    private void end(String leaf, YamlTree value) {
        text.append(leaf);
        if (origins) {
            text.append("  # ").append(Printable.of(origin(value.place())));
        }
        text.append('\n');
    }

    private static String origin(Place place) {
        String where = place.source()
                .file()
                .map(file -> file + ":" + place.line())
                .orElse(place.source().name());
        return place.variable()
                .map(variable -> "environment variable " + variable.name() + " (" + where + ")")
                .orElse(where);
    }

    private static String leaf(YamlTree value, String path) {
        if (value instanceof YamlTree.Mapping) {
            return "{}";
        }
        if (value instanceof YamlTree.Sequence) {
            return "[]";
        }
        YamlTree.Scalar scalar = (YamlTree.Scalar) value;
        if (scalar.isNull()) {
            return "";
        }
        if (Secrets.isSecret(path)
                && !(scalar.plain() && TRUTH_OR_NULL.matcher(scalar.text()).matches())) {
            // A variable's name is not secret, and keeps the file usable.
            Optional<Place.Variable> variable = scalar.place().variable();
            return quoted(variable.map(Place.Variable::written).orElse(Secrets.MASK));
        }
        String escaped = scalar.text().replace("${", "$${");
        return scalar.plain() && isPlain(escaped) ? escaped : quoted(escaped);
    }

    private static String key(String key) {
        return isPlain(key) ? key : quoted(key);
    }

    private static boolean isPlain(String text) {
        return PLAIN.matcher(text).matches() && !SPECIAL.matcher(text).matches();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (Printable.isUnfit(c) || !StreamReader.isPrintable(c)) {
                        quoted.append(String.format(c > 0xFFFF ? "\\U%08X" : "\\u%04X", c));
                    } else {
                        quoted.appendCodePoint(c);
                    }
                }
            }
        });
        return quoted.append('"').toString();
    }
}
