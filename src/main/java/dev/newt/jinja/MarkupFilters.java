package dev.newt.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Jinja's filters for HTML, sizes and wrapped text, which chat templates hardly ever use. */
final class MarkupFilters {
    private static final int PRINTED_WIDTH = 80;
    private static final Map<String, String> ENTITIES =
            Map.of("amp", "&", "lt", "<", "gt", ">", "quot", "\"", "#34", "\"", "#39", "'", "apos", "'");

    /** What Python's textwrap treats as white space. */
    private static final String ASCII_SPACE = "\t\n\u000b\f\r ";

    private MarkupFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        filters.put("forceescape", (value, arguments) -> {
            arguments.bind("forceescape", 0);
            return Escapes.escape(PythonText.str(value).withSafe(false));
        });
        filters.put("striptags", (value, arguments) -> {
            arguments.bind("striptags", 0);
            return Text.of(withoutTags(PythonText.str(value).value()));
        });
        filters.put("xmlattr", MarkupFilters::attributes);
        filters.put("filesizeformat", MarkupFilters::fileSize);
        filters.put("wordwrap", MarkupFilters::wordWrap);
        filters.put("pprint", MarkupFilters::prettyPrint);
        for (String name : new String[] {"random", "urlize"}) {
            filters.put(name, (value, arguments) -> {
                throw new TemplateFailure("the filter '" + name + "' is not supported in chat templates");
            });
        }
    }

    private static String withoutTags(String text) {
        String plain = String.join(" ", words(without(without(text, "<!--", "-->"), "<", ">")));
        StringBuilder out = new StringBuilder();
        int copied = 0;
        for (int at = plain.indexOf('&'); at >= 0; at = plain.indexOf('&', at + 1)) {
            int end = plain.indexOf(';', at);
            String name = end < 0 ? "" : plain.substring(at + 1, end);
            if (ENTITIES.containsKey(name)) {
                out.append(plain, copied, at).append(ENTITIES.get(name));
                copied = end + 1;
            } else if (name.matches("#?\\w+")) {
                throw new TemplateFailure(
                        "striptags knows the entities amp, lt, gt, quot and apos, not '" + name + "'");
            }
        }
        return out.append(plain.substring(copied)).toString();
    }

    private static String without(String text, String open, String close) {
        String rest = text;
        for (int start = rest.indexOf(open); start >= 0; start = rest.indexOf(open)) {
            int end = rest.indexOf(close, start);
            if (end < 0) {
                break;
            }
            rest = rest.substring(0, start) + rest.substring(end + close.length());
        }
        return rest;
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (char c : (text + " ").toCharArray()) {
            if (!PythonText.isSpace(c)) {
                word.append(c);
            } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        return words;
    }

    private static Object attributes(Object value, Arguments arguments) {
        boolean spaced = Values.isTrue(Arguments.or(arguments.bind("xmlattr", 0, "autospace")[0], true));
        if (!(value instanceof Dict dict)) {
            throw new TemplateFailure("xmlattr needs a dict, not " + Values.typeName(value));
        }
        List<String> parts = new ArrayList<>();
        for (Dict.Entry entry : dict.entries()) {
            if (entry.value() == null || entry.value() instanceof Undefined) {
                continue;
            }
            Text key = StringMethods.text(entry.key(), "xmlattr");
            if (key.value().codePoints().anyMatch(c -> "/>=".indexOf(c) >= 0 || PythonText.isSpace(c))) {
                throw new TemplateFailure("Invalid character in attribute name: " + PythonText.repr(key));
            }
            parts.add(Escapes.escape(key) + "=\"" + Escapes.escape(PythonText.str(entry.value())) + "\"");
        }
        return Text.of((spaced && !parts.isEmpty() ? " " : "") + String.join(" ", parts));
    }

    private static Object fileSize(Object value, Arguments arguments) {
        boolean binary = Values.isTrue(Arguments.or(arguments.bind("filesizeformat", 0, "binary")[0], false));
        Values.failIfUndefined(value);
        Double parsed = value instanceof Text text
                ? NumberReader.real(text.value())
                : Numbers.isNumber(value) ? (Double) Numbers.real(value) : null;
        if (parsed == null) {
            throw new TemplateFailure("filesizeformat needs a number, not " + Values.typeName(value));
        }
        double bytes = parsed;
        int base = binary ? 1024 : 1000;
        if (bytes == 1) {
            return Text.of("1 Byte");
        }
        if (bytes < base) {
            return Text.of(Filters.truncate(bytes) + " Bytes");
        }
        String letters = binary ? "KMGTPEZY" : "kMGTPEZY";
        int power = 0;
        double unit = Math.pow(base, 2);
        while (power < letters.length() - 1 && !(bytes < unit)) {
            unit *= base;
            power++;
        }
        double shown = base * bytes / unit;
        String digits = Double.isInfinite(shown) || Double.isNaN(shown)
                ? PythonText.number(shown)
                : new BigDecimal(shown).setScale(1, RoundingMode.HALF_EVEN).toPlainString();
        return Text.of(digits + " " + letters.charAt(power) + (binary ? "iB" : "B"));
    }

    /** Each line is wrapped separately; white space at the edges of the new lines is dropped, and words longer than a line are cut. */
    private static Object wordWrap(Object value, Arguments arguments) {
        Object[] given = arguments.bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        long width = Numbers.whole(Arguments.or(given[0], 79L), "the width of wordwrap");
        boolean cut = Values.isTrue(Arguments.or(given[1], true));
        Object joint = Arguments.or(given[2], null);
        Text text = StringMethods.text(value, "wordwrap");
        if (Values.isTrue(Arguments.or(given[3], true)) && text.value().indexOf('-') >= 0) {
            throw new TemplateFailure(
                    "wordwrap cannot break at hyphens, and the text has some: pass break_on_hyphens=false");
        }
        if (width <= 0) {
            throw new TemplateFailure("invalid width " + width + " (must be > 0)");
        }
        TextBuilder out = new TextBuilder();
        Text separator = joint == null ? Text.of("\n") : StringMethods.text(joint, "wordwrap");
        List<Text> lines = StringMethods.lines(text, false);
        for (int i = 0; i < lines.size(); i++) {
            out.append(i == 0 ? Text.EMPTY : separator);
            List<Text> wrapped = wrapped(lines.get(i), (int) Math.min(width, Integer.MAX_VALUE), cut);
            for (int j = 0; j < wrapped.size(); j++) {
                out.append(j == 0 ? Text.EMPTY : separator).append(wrapped.get(j));
            }
        }
        return out.toText();
    }

    private static List<Text> wrapped(Text line, int width, boolean cut) {
        List<Text> made = new ArrayList<>();
        String value = line.value();
        int start = 0;
        while (start < value.length()) {
            int end = start;
            int next = runEnd(value, start);
            while (next > end && value.codePointCount(start, next) <= width) {
                end = next;
                next = runEnd(value, end);
            }
            boolean longer = value.codePointCount(end, next) > width;
            Text piece;
            if (longer && cut) {
                // Python fills the line with the head of the long word, even if empty, and then keeps the space before
                // it.
                int from = end;
                end = value.offsetByCodePoints(end, width - value.codePointCount(start, end));
                piece = line.slice(start, end);
                piece = isBlank(value, from, end) && end > from ? line.slice(start, from) : piece;
            } else {
                end = end == start ? next : end;
                int last = end;
                while (last > start && isAsciiSpace(value.charAt(last - 1))) {
                    last--;
                }
                piece = line.slice(start, last);
            }
            if (!piece.isEmpty()) {
                made.add(piece);
            }
            start = isBlank(value, end, runEnd(value, end)) ? runEnd(value, end) : end;
        }
        return made;
    }

    private static boolean isBlank(String value, int from, int to) {
        return value.substring(from, to).chars().allMatch(c -> isAsciiSpace((char) c));
    }

    /** The end of the run of spaces, or of other characters, that begins here. */
    private static int runEnd(String value, int start) {
        int end = start;
        while (end < value.length() && isAsciiSpace(value.charAt(end)) == isAsciiSpace(value.charAt(start))) {
            end++;
        }
        return end;
    }

    private static boolean isAsciiSpace(char c) {
        return ASCII_SPACE.indexOf(c) >= 0;
    }

    /** Keys are sorted; what does not fit on one line is refused, since Python would lay it out over several. */
    private static Object prettyPrint(Object value, Arguments arguments) {
        arguments.bind("pprint", 0);
        String printed = PythonText.repr(sorted(value));
        if (printed.codePointCount(0, printed.length()) > PRINTED_WIDTH) {
            throw new TemplateFailure(
                    "pprint supports only values that fit in " + PRINTED_WIDTH + " characters; use tojson");
        }
        return Text.of(printed);
    }

    private static Object sorted(Object value) {
        if (value instanceof Dict dict) {
            Dict ordered = new Dict();
            List<Dict.Entry> entries = dict.entries();
            entries.sort((a, b) -> Values.compare("<", a.key(), b.key()));
            entries.forEach(entry -> ordered.put(entry.key(), sorted(entry.value())));
            return ordered;
        }
        if (value instanceof List || value instanceof Tuple) {
            List<Object> items = new ArrayList<>();
            Values.sequenceOrNull(value).forEach(item -> items.add(sorted(item)));
            return value instanceof Tuple ? new Tuple(items) : items;
        }
        return value;
    }
}
