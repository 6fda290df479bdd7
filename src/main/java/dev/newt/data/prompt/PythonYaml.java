package dev.newt.data.prompt;

import dev.newt.jinja.PythonNumbers;
import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A field as Python's {@code yaml.dump} writes it, byte for byte: PyYAML 6 in block style with sorted keys, lines folded after column 80,
 * and only ASCII. Some of Axolotl's types contain such text.
 */
final class PythonYaml {
    private static final int WIDTH = 80;
    private static final int INDENT = 2;
    /** PyYAML's limit of 128 characters for a simple key, which includes the key's tag. */
    private static final int LONGEST_KEY = 122;

    /** Characters that plain text outside brackets must not contain. */
    private static final Pattern INDICATORS =
            Pattern.compile("^(?:---|\\.\\.\\.|[#,\\[\\]{}&*!|>'\"%@`]|[?:-](?: |$))|.:(?: |$)| #");

    /** Plain text that YAML 1.1 reads as something other than text. */
    private static final Pattern NOT_TEXT = Pattern.compile(String.join(
            "|",
            "yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF",
            "[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?",
            "\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?",
            "[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*",
            "[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)",
            "[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+",
            "[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+",
            "<<|=|~|null|Null|NULL",
            "[0-9]{4}-[0-9]{2}-[0-9]{2}",
            "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \\t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]*)?"
                    + "(?:[ \\t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?"));

    /** Escaped with a backslash in double quotes. */
    private static final Map<Integer, String> ESCAPES = Map.ofEntries(
            Map.entry(0, "0"),
            Map.entry(7, "a"),
            Map.entry(8, "b"),
            Map.entry(9, "t"),
            Map.entry(10, "n"),
            Map.entry(11, "v"),
            Map.entry(12, "f"),
            Map.entry(13, "r"),
            Map.entry(0x1b, "e"),
            Map.entry((int) '"', "\""),
            Map.entry((int) '\\', "\\"),
            Map.entry(0x85, "N"),
            Map.entry(0xa0, "_"),
            Map.entry(0x2028, "L"),
            Map.entry(0x2029, "P"));

    private final Row row;
    private final String field;
    private final StringBuilder out = new StringBuilder();
    private int lineStart;

    private PythonYaml(Row row, String field) {
        this.row = row;
        this.field = field;
    }

    /** @throws dev.newt.io.UserException if the field has no mapping, or one with keys that are not short texts */
    static String dump(Row row, String field) {
        JsonNode value = Fields.required(row, field);
        if (!value.isObject() || value.isEmpty()) {
            throw row.error("field \"" + field + "\" must be a mapping, but is "
                    + (value.isObject() ? "empty" : Fields.kind(value)) + ".");
        }
        PythonYaml yaml = new PythonYaml(row, field);
        yaml.mapping(value, 0);
        return yaml.out.append('\n').toString();
    }

    /** @param indent column of the keys; the output is already there for the first */
    private void mapping(JsonNode mapping, int indent) {
        List<String> keys = new ArrayList<>(mapping.propertyNames());
        keys.sort((a, b) ->
                Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray()));
        for (int i = 0; i < keys.size(); i++) {
            String key = keys.get(i);
            if (key.isEmpty() || key.indexOf('\n') >= 0 || key.codePointCount(0, key.length()) > LONGEST_KEY) {
                throw row.error("field \"" + field + "\" has a key that is empty, too long or of several lines: \""
                        + key + "\".");
            }
            if (i > 0) {
                newLine(indent);
            }
            text(key, 0, false);
            out.append(':');
            JsonNode value = mapping.get(key);
            if (value.isObject() && !value.isEmpty()) {
                newLine(indent + INDENT);
                mapping(value, indent + INDENT);
            } else if (value.isArray() && !value.isEmpty()) {
                // A list is indented no further than its key.
                newLine(indent);
                list(value, indent);
            } else {
                out.append(' ');
                scalar(value, indent + INDENT);
            }
        }
    }

    private void list(JsonNode list, int indent) {
        for (int i = 0; i < list.size(); i++) {
            if (i > 0) {
                newLine(indent);
            }
            out.append("- ");
            JsonNode item = list.get(i);
            if (item.isObject() && !item.isEmpty()) {
                mapping(item, indent + INDENT);
            } else if (item.isArray() && !item.isEmpty()) {
                list(item, indent + INDENT);
            } else {
                scalar(item, indent + INDENT);
            }
        }
    }

    /** @param indent of further lines */
    private void scalar(JsonNode value, int indent) {
        if (value.isString()) {
            text(value.asString(), indent, true);
        } else if (value.isObject() || value.isArray()) {
            out.append(value.isObject() ? "{}" : "[]");
        } else if (value.isFloatingPointNumber()) {
            String number = PythonNumbers.repr(value.asDouble());
            out.append(number.contains(".") ? number : number.replaceFirst("e", ".0e"));
        } else {
            out.append(value.isNull() ? "null" : value.asString());
        }
    }

    private void text(String text, int indent, boolean fold) {
        boolean escaped = text.chars().anyMatch(c -> c != '\n' && (c < ' ' || c > '~'))
                || text.contains(" \n")
                || text.contains("\n ");
        if (escaped) {
            doubleQuoted(text.codePoints().toArray(), indent, fold);
            return;
        }
        boolean quoted = text.isEmpty()
                || text.startsWith(" ")
                || text.endsWith(" ")
                || text.indexOf('\n') >= 0
                || INDICATORS.matcher(text).find()
                || NOT_TEXT.matcher(text).matches();
        out.append(quoted ? "'" : "");
        int end;
        for (int start = 0; start < text.length(); start = end) {
            end = runEnd(text, start);
            String run = text.substring(start, end);
            boolean between = start > 0 && end < text.length();
            if (run.charAt(0) == '\n') {
                // Folding removes one line end.
                out.append('\n').append(run);
                lineStart = out.length();
                out.append(" ".repeat(indent));
            } else if (run.equals(" ") && between && fold && column() > WIDTH) {
                newLine(indent);
            } else {
                out.append(quoted ? run.replace("'", "''") : run);
            }
        }
        out.append(quoted ? "'" : "");
    }

    /** The index after the run of characters of one kind: spaces, line ends, others. */
    private static int runEnd(String text, int start) {
        int kind = kind(text.charAt(start));
        int end = start + 1;
        while (end < text.length() && kind(text.charAt(end)) == kind) {
            end++;
        }
        return end;
    }

    private static int kind(char c) {
        return c == ' ' ? 0 : c == '\n' ? 1 : 2;
    }

    private void doubleQuoted(int[] text, int indent, boolean fold) {
        out.append('"');
        int start = 0;
        for (int end = 0; end <= text.length; end++) {
            if (end == text.length || text[end] < ' ' || text[end] > '~' || text[end] == '"' || text[end] == '\\') {
                append(text, start, end);
                start = end;
                if (end < text.length) {
                    out.append('\\').append(escape(text[end]));
                    start = end + 1;
                }
            }
            boolean gap = end > 0 && end < text.length - 1 && (text[end] == ' ' || start >= end);
            if (gap && fold && column() + end - start > WIDTH) {
                append(text, start, end);
                start = Math.max(start, end);
                out.append('\\');
                newLine(indent);
                out.append(text[start] == ' ' ? "\\" : "");
            }
        }
        out.append('"');
    }

    private static String escape(int c) {
        String form = c <= 0xff ? "x%02X" : c <= 0xffff ? "u%04X" : "U%08X";
        return ESCAPES.getOrDefault(c, String.format(Locale.ROOT, form, c));
    }

    private void append(int[] text, int start, int end) {
        for (int i = start; i < end; i++) {
            out.appendCodePoint(text[i]);
        }
    }

    private void newLine(int indent) {
        out.append('\n');
        lineStart = out.length();
        out.append(" ".repeat(indent));
    }

    private int column() {
        return out.length() - lineStart;
    }
}
