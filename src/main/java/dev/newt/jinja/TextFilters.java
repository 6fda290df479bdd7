package dev.newt.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Jinja's filters on strings. */
final class TextFilters {
    private TextFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        filters.put("string", (value, arguments) -> {
            arguments.bind("string", 0);
            return PythonText.str(value);
        });
        filters.put("safe", plain("safe", value -> PythonText.str(value).withSafe(true)));
        filters.put("escape", plain("escape", value -> Escapes.escape(PythonText.str(value))));
        filters.put("e", filters.get("escape"));
        filters.put(
                "trim",
                (value, arguments) -> StringMethods.strip(
                        PythonText.str(value), Arguments.or(arguments.bind("trim", 0, "chars")[0], null), true, true));
        filters.put(
                "upper",
                plain(
                        "upper",
                        value -> StringMethods.mapped(PythonText.str(value), text -> text.toUpperCase(Locale.ROOT))));
        filters.put(
                "lower",
                plain(
                        "lower",
                        value -> StringMethods.mapped(PythonText.str(value), text -> text.toLowerCase(Locale.ROOT))));
        filters.put(
                "capitalize",
                plain("capitalize", value -> StringMethods.mapped(PythonText.str(value), StringMethods::capitalize)));
        filters.put("title", plain("title", value -> StringMethods.mapped(PythonText.str(value), TextFilters::title)));
        filters.put("replace", TextFilters::replace);
        filters.put("join", TextFilters::join);
        filters.put("indent", TextFilters::indent);
        filters.put("center", (value, arguments) -> {
            long width =
                    Numbers.whole(Arguments.or(arguments.bind("center", 0, "width")[0], 80L), "the width of center");
            return StringMethods.pad("center", PythonText.str(value), width, " ");
        });
        filters.put("format", (value, arguments) -> {
            Object values = new Tuple(arguments.positional());
            if (!arguments.named().isEmpty()) {
                Dict named = new Dict();
                arguments.named().forEach((name, argument) -> named.put(Text.of(name), argument));
                values = named;
            }
            return PercentFormat.format(PythonText.str(value), values);
        });
        filters.put("truncate", TextFilters::truncate);
        filters.put("wordcount", plain("wordcount", value -> PythonText.str(value)
                .value()
                .codePoints()
                .collect(WordCounter::new, WordCounter::add, (a, b) -> {
                    throw new IllegalStateException("sequential");
                })
                .words));
        filters.put("urlencode", TextFilters::urlEncode);
    }

    /** A filter without arguments. */
    private static Filters.Filter plain(String name, java.util.function.UnaryOperator<Object> filter) {
        return (value, arguments) -> {
            arguments.bind(name, 0);
            return filter.apply(value);
        };
    }

    /** Jinja's title: words after white space and opening brackets. */
    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean start = true;
        for (int i = 0; i < text.length(); ) {
            int c = text.codePointAt(i);
            int next = i + Character.charCount(c);
            boolean separator = PythonText.isSpace(c) || "-({[<".indexOf(c) >= 0;
            if (separator) {
                out.appendCodePoint(c);
                start = true;
            } else {
                String one = Character.toString(c);
                out.append(start ? one.toUpperCase(Locale.ROOT) : one.toLowerCase(Locale.ROOT));
                start = false;
            }
            i = next;
        }
        return out.toString();
    }

    private static Object replace(Object value, Arguments arguments) {
        Object[] given = arguments.bind("replace", 2, "old", "new", "count");
        Object count = Arguments.or(given[2], null);
        return StringMethods.replace(
                PythonText.str(value).withSafe(false),
                PythonText.str(given[0]),
                PythonText.str(given[1]),
                count == null ? -1 : Numbers.whole(count, "the count of replace"));
    }

    private static Object join(Object value, Arguments arguments) {
        Object[] given = arguments.bind("join", 0, "d", "attribute");
        Text separator = PythonText.str(Arguments.or(given[0], Text.EMPTY));
        Object attribute = Arguments.or(given[1], null);
        TextBuilder out = new TextBuilder();
        boolean first = true;
        for (Iterator<Object> elements = Values.iterate(value); elements.hasNext(); ) {
            Object element = elements.next();
            if (!first) {
                out.append(separator);
            }
            out.append(PythonText.str(attribute == null ? element : SequenceFilters.path(element, attribute)));
            first = false;
        }
        return out.toText();
    }

    private static Object indent(Object value, Arguments arguments) {
        Object[] given = arguments.bind("indent", 0, "width", "first", "blank");
        Object width = Arguments.or(given[0], 4L);
        String indention;
        if (width instanceof Text text) {
            indention = text.value();
        } else {
            long spaces = Math.max(0, Numbers.whole(width, "the width of indent"));
            Limits.checkText(spaces);
            indention = " ".repeat((int) spaces);
        }
        boolean first = Values.isTrue(Arguments.or(given[1], false));
        boolean blank = Values.isTrue(Arguments.or(given[2], false));
        Text text = StringMethods.text(value, "indent");
        TextBuilder out = new TextBuilder();
        // Jinja adds a newline, so that a trailing one forms a line of its own.
        List<Text> lines = StringMethods.lines(text.plus(Text.of("\n")), false);
        for (int i = 0; i < lines.size(); i++) {
            out.append(i == 0 ? "" : "\n");
            if (i == 0 ? first : blank || !lines.get(i).isEmpty()) {
                out.append(indention);
            }
            out.append(lines.get(i));
        }
        return out.toText().withSafe(text.safe());
    }

    private static Object truncate(Object value, Arguments arguments) {
        Object[] given = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
        long length = Numbers.whole(Arguments.or(given[0], 255L), "the length of truncate");
        Text end = PythonText.str(Arguments.or(given[2], Text.of("...")));
        Object leeway = Arguments.or(given[3], null);
        long slack = leeway == null ? 5 : Numbers.whole(leeway, "the leeway of truncate");
        if (length < end.size() || slack < 0) {
            throw new TemplateFailure("truncate needs a length no shorter than its end marker and no negative leeway");
        }
        if (Values.length(value) <= length + slack) {
            return value;
        }
        Text text = StringMethods.text(value, "truncate");
        Text cut = text.slice(0, text.unitIndex((int) length - end.size()));
        if (!Values.isTrue(Arguments.or(given[1], false))) {
            int space = cut.value().lastIndexOf(' ');
            cut = space < 0 ? cut : cut.slice(0, space);
        }
        return cut.plus(end);
    }

    private static Object urlEncode(Object value, Arguments arguments) {
        arguments.bind("urlencode", 0);
        if (value instanceof Text || !Values.isIterable(value)) {
            return Text.of(quote(PythonText.str(value).value(), "/"));
        }
        List<Object> pairs = value instanceof Dict dict ? dict.items() : Values.list(value);
        List<String> parts = new ArrayList<>();
        for (Object pair : pairs) {
            List<Object> two = Values.list(pair);
            if (two.size() != 2) {
                throw new TemplateFailure("urlencode needs pairs");
            }
            parts.add(quote(PythonText.str(two.get(0)).value(), "") + "="
                    + quote(PythonText.str(two.get(1)).value(), ""));
        }
        return Text.of(String.join("&", parts));
    }

    /** Percent-encodes; in pairs (only letters, digits and {@code _.-~} are kept) a space becomes a plus. */
    private static String quote(String text, String kept) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    c < 0x80 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || kept.indexOf(c) >= 0);
            if (plain) {
                out.append(c);
            } else {
                out.append(c == ' ' && kept.isEmpty() ? "+" : String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return out.toString();
    }

    /** Counts runs of word characters. */
    private static final class WordCounter {
        private long words;
        private boolean inWord;

        void add(int c) {
            boolean word = Character.isLetterOrDigit(c) || c == '_';
            words += word && !inWord ? 1 : 0;
            inWord = word;
        }
    }
}
