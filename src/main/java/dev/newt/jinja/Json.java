package dev.newt.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Python's json.dumps. Characters of strings that need no escape keep their origin. */
final class Json {
    private final boolean asciiOnly;
    private final Optional<String> indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;
    private final TextBuilder out = new TextBuilder();

    private Json(
            boolean asciiOnly, Optional<String> indent, String itemSeparator, String keySeparator, boolean sortKeys) {
        this.asciiOnly = asciiOnly;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sortKeys = sortKeys;
    }

    /** The tojson filter as Hugging Face defines it: nothing escaped for HTML, other characters than ASCII kept. */
    static Text filter(Object value, Arguments arguments) {
        Object[] given = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        Object width = Arguments.or(given[1], null);
        Optional<String> indent = Optional.empty();
        if (width instanceof Text text) {
            indent = Optional.of(text.value());
        } else if (width != null) {
            long spaces = Math.max(0, Numbers.whole(width, "the indent of tojson"));
            Limits.checkText(spaces);
            indent = Optional.of(" ".repeat((int) spaces));
        }
        String item = indent.isPresent() ? "," : ", ";
        String key = ": ";
        Object separators = Arguments.or(given[2], null);
        if (separators != null) {
            List<Object> parts = Values.list(separators);
            if (parts.size() != 2 || !(parts.get(0) instanceof Text first) || !(parts.get(1) instanceof Text second)) {
                throw new TemplateFailure("separators of tojson must be two strings");
            }
            item = first.value();
            key = second.value();
        }
        Json json = new Json(
                Values.isTrue(Arguments.or(given[0], false)),
                indent,
                item,
                key,
                Values.isTrue(Arguments.or(given[3], false)));
        json.write(value, 0);
        return json.out.toText();
    }

    private void write(Object value, int depth) {
        Limits.checkNesting(depth);
        if (value == null) {
            out.append("null");
        } else if (value instanceof Text text) {
            writeString(text);
        } else if (value instanceof Double number) {
            out.append(real(number));
        } else if (value instanceof Number || value instanceof Boolean) {
            out.append(value.toString());
        } else if (value instanceof Dict dict) {
            writeDict(dict, depth);
        } else if (value instanceof List || value instanceof Tuple) {
            List<Object> elements = Values.sequenceOrNull(value);
            out.append("[");
            for (int i = 0; i < elements.size(); i++) {
                separate(i, depth);
                write(elements.get(i), depth + 1);
            }
            close("]", elements.isEmpty(), depth);
        } else {
            throw new TemplateFailure("Object of type " + Values.typeName(value) + " is not JSON serializable");
        }
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : PythonText.number(number);
    }

    private void writeDict(Dict dict, int depth) {
        List<Dict.Entry> entries = new ArrayList<>(dict.entries());
        if (sortKeys) {
            entries.sort(Comparator.comparing(Dict.Entry::key, (a, b) -> Values.compare("<", a, b)));
        }
        out.append("{");
        for (int i = 0; i < entries.size(); i++) {
            separate(i, depth);
            writeString(key(entries.get(i).key()));
            out.append(keySeparator);
            write(entries.get(i).value(), depth + 1);
        }
        close("}", entries.isEmpty(), depth);
    }

    private static Text key(Object key) {
        if (key instanceof Text text) {
            return text;
        } else if (key == null) {
            return Text.of("null");
        } else if (key instanceof Double number) {
            return Text.of(real(number));
        } else if (key instanceof Boolean || key instanceof Number) {
            return Text.of(key.toString());
        }
        throw new TemplateFailure("keys must be str, int, float, bool or None, not " + Values.typeName(key));
    }

    private void separate(int index, int depth) {
        if (index > 0) {
            out.append(itemSeparator);
        }
        newline(depth + 1);
    }

    private void close(String bracket, boolean empty, int depth) {
        if (!empty) {
            newline(depth);
        }
        out.append(bracket);
    }

    private void newline(int depth) {
        if (indent.isPresent()) {
            out.append("\n").append(indent.get().repeat(depth));
        }
    }

    private void writeString(Text text) {
        out.append("\"");
        String value = text.value();
        int copied = 0;
        for (int i = 0; i < value.length(); i++) {
            String escape = escape(value.charAt(i));
            if (!escape.isEmpty()) {
                out.append(text.slice(copied, i)).append(escape);
                copied = i + 1;
            }
        }
        out.append(text.slice(copied, value.length())).append("\"");
    }

    private String escape(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\b' -> "\\b";
            case '\f' -> "\\f";
            default -> c < 0x20 || (asciiOnly && c > 0x7e) ? String.format(Locale.ROOT, "\\u%04x", (int) c) : "";
        };
    }
}
