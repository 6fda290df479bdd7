package dev.newt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;

/** The methods of Python's str. Those that cut, join or replace keep the origin of the remaining characters. */
final class StringMethods {
    private interface Method {
        Object call(Text self, Arguments arguments);
    }

    private static final Map<String, Method> METHODS = Map.ofEntries(
            Map.entry("strip", (self, arguments) -> stripped("strip", self, arguments, true, true)),
            Map.entry("lstrip", (self, arguments) -> stripped("lstrip", self, arguments, true, false)),
            Map.entry("rstrip", (self, arguments) -> stripped("rstrip", self, arguments, false, true)),
            Map.entry("split", (self, arguments) -> splitMethod("split", self, arguments, false)),
            Map.entry("rsplit", (self, arguments) -> splitMethod("rsplit", self, arguments, true)),
            Map.entry("splitlines", StringMethods::splitLines),
            Map.entry("partition", (self, arguments) -> partition("partition", self, arguments, false)),
            Map.entry("rpartition", (self, arguments) -> partition("rpartition", self, arguments, true)),
            Map.entry("replace", StringMethods::replaceMethod),
            Map.entry("join", StringMethods::joinMethod),
            Map.entry("removeprefix", (self, arguments) -> {
                Text prefix = text(arguments.positional("removeprefix", 1, 1)[0], "removeprefix");
                return self.value().startsWith(prefix.value())
                        ? self.slice(prefix.value().length(), self.value().length())
                        : self;
            }),
            Map.entry("removesuffix", (self, arguments) -> {
                Text suffix = text(arguments.positional("removesuffix", 1, 1)[0], "removesuffix");
                return self.value().endsWith(suffix.value())
                        ? self.slice(0, self.value().length() - suffix.value().length())
                        : self;
            }),
            Map.entry("startswith", (self, arguments) -> affix("startswith", self, arguments, true)),
            Map.entry("endswith", (self, arguments) -> affix("endswith", self, arguments, false)),
            Map.entry("find", (self, arguments) -> search("find", self, arguments, false)),
            Map.entry("rfind", (self, arguments) -> search("rfind", self, arguments, true)),
            Map.entry("index", (self, arguments) -> found("index", self, arguments, false)),
            Map.entry("rindex", (self, arguments) -> found("rindex", self, arguments, true)),
            Map.entry("count", StringMethods::count),
            Map.entry("format", (self, arguments) -> BraceFormat.format(self, arguments)),
            Map.entry("upper", mapping("upper", text -> text.toUpperCase(Locale.ROOT))),
            Map.entry("lower", mapping("lower", text -> text.toLowerCase(Locale.ROOT))),
            Map.entry("casefold", mapping("casefold", text -> text.toUpperCase(Locale.ROOT)
                    .toLowerCase(Locale.ROOT))),
            Map.entry("capitalize", mapping("capitalize", StringMethods::capitalize)),
            Map.entry("title", mapping("title", StringMethods::title)),
            Map.entry("swapcase", mapping("swapcase", StringMethods::swapCase)),
            Map.entry("center", (self, arguments) -> pad("center", self, arguments)),
            Map.entry("ljust", (self, arguments) -> pad("ljust", self, arguments)),
            Map.entry("rjust", (self, arguments) -> pad("rjust", self, arguments)),
            Map.entry("zfill", StringMethods::zeroFill),
            Map.entry("isspace", all("isspace", PythonText::isSpace)),
            Map.entry("isdigit", all("isdigit", StringMethods::isDigit)),
            Map.entry("isdecimal", all("isdecimal", Character::isDigit)),
            Map.entry("isalpha", all("isalpha", Character::isLetter)),
            Map.entry("isalnum", all("isalnum", c -> Character.isLetterOrDigit(c) || isDigit(c))),
            Map.entry("isupper", (self, arguments) -> {
                arguments.positional("isupper", 0, 0);
                return isCased(self, true);
            }),
            Map.entry("islower", (self, arguments) -> {
                arguments.positional("islower", 0, 0);
                return isCased(self, false);
            }),
            Map.entry("istitle", (self, arguments) -> {
                arguments.positional("istitle", 0, 0);
                return isTitle(self.value());
            }),
            Map.entry("isnumeric", all("isnumeric", StringMethods::isNumeric)),
            Map.entry("isidentifier", (self, arguments) -> {
                arguments.positional("isidentifier", 0, 0);
                return Lexer.isName(self.value());
            }),
            Map.entry("expandtabs", StringMethods::expandTabs),
            Map.entry("isascii", (self, arguments) -> {
                arguments.positional("isascii", 0, 0);
                return self.value().chars().allMatch(c -> c < 0x80);
            }),
            Map.entry("isprintable", (self, arguments) -> {
                arguments.positional("isprintable", 0, 0);
                return self.value().codePoints().allMatch(PythonText::isPrintable);
            }));

    private static final List<String> UNSUPPORTED = List.of("encode", "format_map", "maketrans", "translate");

    private StringMethods() {}

    /** The bound method, or {@link Arguments#MISSING}. */
    static Object find(Text self, String name) {
        if (UNSUPPORTED.contains(name)) {
            throw new TemplateFailure("the method '" + name + "' of str is not supported");
        }
        Method method = METHODS.get(name);
        return method == null ? Arguments.MISSING : (Function) arguments -> method.call(self, arguments);
    }

    static Text text(Object value, String function) {
        Values.failIfUndefined(value);
        if (value instanceof Text text) {
            return text;
        }
        throw new TemplateFailure(function + "() needs a string, not " + Values.typeName(value));
    }

    private static Method mapping(String name, java.util.function.UnaryOperator<String> map) {
        return (self, arguments) -> {
            arguments.positional(name, 0, 0);
            return mapped(self, map);
        };
    }

    /** Rewrites the characters; the origin is kept only if nothing changed. */
    static Text mapped(Text self, java.util.function.UnaryOperator<String> map) {
        String result = map.apply(self.value());
        return result.equals(self.value()) ? self : Text.of(result).withSafe(self.safe());
    }

    private static Method all(String name, IntPredicate test) {
        return (self, arguments) -> {
            arguments.positional(name, 0, 0);
            return !self.isEmpty() && self.value().codePoints().allMatch(test);
        };
    }

    private static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER
                || (Character.isIdeographic(c) && Character.getNumericValue(c) >= 0);
    }

    /** Python's istitle: capitals only at the start of words, small letters only within. */
    private static boolean isTitle(String text) {
        boolean some = false;
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            boolean capital = Character.isUpperCase(c) || Character.isTitleCase(c);
            boolean small = Character.isLowerCase(c);
            if (capital ? inWord : small && !inWord) {
                return false;
            }
            some |= capital || small;
            inWord = capital || small;
        }
        return some;
    }

    private static Object expandTabs(Text self, Arguments arguments) {
        long size = Numbers.whole(Arguments.or(arguments.bind("expandtabs", 0, "tabsize")[0], 8L), "tabsize");
        TextBuilder out = new TextBuilder();
        long column = 0;
        for (Text point : self.codePoints()) {
            switch (point.value()) {
                case "\t" -> {
                    long spaces = size <= 0 ? 0 : size - column % size;
                    Limits.checkText(out.length() + spaces);
                    out.append(" ".repeat((int) spaces));
                    column += spaces;
                }
                case "\n", "\r" -> {
                    out.append(point);
                    column = 0;
                }
                default -> {
                    out.append(point);
                    column++;
                }
            }
        }
        return out.toText().withSafe(self.safe());
    }

    private static boolean isDigit(int c) {
        return Character.isDigit(c)
                || "²³¹".indexOf(c) >= 0
                || (c >= 0x2070 && c <= 0x2089 && Character.getNumericValue(c) >= 0);
    }

    /** Python's isupper and islower: some cased character, and none of the other case. */
    static boolean isCased(Text text, boolean upper) {
        boolean some = false;
        for (int c : text.value().codePoints().toArray()) {
            if (Character.isTitleCase(c) || (upper ? Character.isLowerCase(c) : Character.isUpperCase(c))) {
                return false;
            }
            some |= upper ? Character.isUpperCase(c) : Character.isLowerCase(c);
        }
        return some;
    }

    private static Text stripped(String name, Text self, Arguments arguments, boolean left, boolean right) {
        Object characters = Arguments.or(arguments.positional(name, 0, 1)[0], null);
        return strip(self, characters, left, right);
    }

    /** @param characters the characters to strip, or null for white space */
    static Text strip(Text self, Object characters, boolean left, boolean right) {
        String value = self.value();
        IntPredicate taken = PythonText::isSpace;
        if (characters != null) {
            String set = text(characters, "strip").value();
            taken = c -> set.indexOf(c) >= 0;
        }
        int start = 0;
        int end = value.length();
        while (left && start < end && taken.test(value.codePointAt(start))) {
            start += Character.charCount(value.codePointAt(start));
        }
        while (right && end > start && taken.test(value.codePointBefore(end))) {
            end -= Character.charCount(value.codePointBefore(end));
        }
        return self.slice(start, end);
    }

    private static Object splitMethod(String name, Text self, Arguments arguments, boolean fromRight) {
        Object[] given = arguments.bind(name, 0, "sep", "maxsplit");
        long limit = given[1] == Arguments.MISSING ? -1 : Numbers.whole(given[1], "maxsplit");
        Object separator = Arguments.or(given[0], null);
        long pieces = limit < 0 ? Long.MAX_VALUE : limit;
        return separator == null
                ? splitAtSpace(self, pieces, fromRight)
                : split(self, text(separator, name).value(), pieces, fromRight);
    }

    static List<Object> split(Text self, String separator, long limit, boolean fromRight) {
        if (separator.isEmpty()) {
            throw new TemplateFailure("empty separator");
        }
        List<Object> parts = new ArrayList<>();
        String value = self.value();
        if (fromRight) {
            int end = value.length();
            int at = value.lastIndexOf(separator);
            while (at >= 0 && parts.size() < limit) {
                parts.add(0, self.slice(at + separator.length(), end));
                end = at;
                at = at - separator.length() < 0 ? -1 : value.lastIndexOf(separator, at - separator.length());
            }
            parts.add(0, self.slice(0, end));
            return parts;
        }
        int start = 0;
        int at = value.indexOf(separator);
        while (at >= 0 && parts.size() < limit) {
            parts.add(self.slice(start, at));
            Limits.checkItems(parts.size());
            start = at + separator.length();
            at = value.indexOf(separator, start);
        }
        parts.add(self.slice(start, value.length()));
        return parts;
    }

    private static List<Object> splitAtSpace(Text self, long limit, boolean fromRight) {
        List<Object> parts = new ArrayList<>();
        Text rest = strip(self, null, !fromRight, fromRight);
        while (!rest.isEmpty()) {
            String value = rest.value();
            if (parts.size() == limit) {
                parts.add(fromRight ? 0 : parts.size(), rest);
                break;
            }
            int cut = fromRight ? value.length() : 0;
            while (fromRight
                    ? cut > 0 && !PythonText.isSpace(value.charAt(cut - 1))
                    : cut < value.length() && !PythonText.isSpace(value.charAt(cut))) {
                cut += fromRight ? -1 : 1;
            }
            if (fromRight) {
                parts.add(0, rest.slice(cut, value.length()));
                rest = strip(rest.slice(0, cut), null, false, true);
            } else {
                parts.add(rest.slice(0, cut));
                rest = strip(rest.slice(cut, value.length()), null, true, false);
            }
        }
        return parts;
    }

    private static Object splitLines(Text self, Arguments arguments) {
        boolean keepEnds = Values.isTrue(Arguments.or(arguments.bind("splitlines", 0, "keepends")[0], false));
        return new ArrayList<Object>(lines(self, keepEnds));
    }

    /** The lines, split at every line end that Python recognises. */
    static List<Text> lines(Text self, boolean keepEnds) {
        List<Text> lines = new ArrayList<>();
        String value = self.value();
        int start = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c >= '\n' && c <= '\r') || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029) {
                int end = i;
                if (c == '\r' && i + 1 < value.length() && value.charAt(i + 1) == '\n') {
                    i++;
                }
                lines.add(self.slice(start, keepEnds ? i + 1 : end));
                start = i + 1;
            }
        }
        if (start < value.length()) {
            lines.add(self.slice(start, value.length()));
        }
        return lines;
    }

    private static Object partition(String name, Text self, Arguments arguments, boolean last) {
        Text separator = text(arguments.positional(name, 1, 1)[0], name);
        if (separator.isEmpty()) {
            throw new TemplateFailure("empty separator");
        }
        int at = last
                ? self.value().lastIndexOf(separator.value())
                : self.value().indexOf(separator.value());
        if (at < 0) {
            return new Tuple(last ? List.of(Text.EMPTY, Text.EMPTY, self) : List.of(self, Text.EMPTY, Text.EMPTY));
        }
        int after = at + separator.value().length();
        return new Tuple(List.of(
                self.slice(0, at),
                self.slice(at, after),
                self.slice(after, self.value().length())));
    }

    private static Object replaceMethod(Text self, Arguments arguments) {
        Object[] given = arguments.positional("replace", 2, 3);
        long limit = given[2] == Arguments.MISSING ? -1 : Numbers.whole(given[2], "count");
        return replace(self, text(given[0], "replace"), text(given[1], "replace"), limit);
    }

    /** @param limit how many to replace; all if negative */
    static Text replace(Text self, Text old, Text replacement, long limit) {
        TextBuilder out = new TextBuilder();
        Text insert = self.safe() ? Escapes.escape(replacement) : replacement;
        String value = self.value();
        int copied = 0;
        long done = 0;
        int at = value.indexOf(old.value());
        while (at >= 0 && (limit < 0 || done < limit)) {
            out.append(self.slice(copied, at)).append(insert);
            copied = at + old.value().length();
            done++;
            // An empty pattern matches before every code point and at the end.
            int from = old.isEmpty()
                    ? at + (at < value.length() ? Character.charCount(value.codePointAt(at)) : 1)
                    : copied;
            at = from > value.length() ? -1 : value.indexOf(old.value(), from);
        }
        return out.append(self.slice(copied, value.length())).toText().withSafe(self.safe());
    }

    private static Object joinMethod(Text self, Arguments arguments) {
        TextBuilder out = new TextBuilder();
        int index = 0;
        for (Object element : Values.list(arguments.positional("join", 1, 1)[0])) {
            if (!(element instanceof Text part)) {
                throw new TemplateFailure(
                        "sequence item " + index + ": expected str instance, " + Values.typeName(element) + " found");
            }
            out.append(index++ == 0 ? Text.EMPTY : self).append(self.safe() ? Escapes.escape(part) : part);
        }
        return out.toText().withSafe(self.safe());
    }

    /** The part of self between the optional start and end bounds; null if the start lies after the end. */
    private static Text window(Text self, Object start, Object end) {
        int size = self.size();
        int to = Arguments.or(end, null) == null ? size : Access.clamp(Numbers.whole(end, "a bound"), 0, size, size);
        if (Arguments.or(start, null) == null) {
            return to == size ? self : self.slice(0, self.unitIndex(to));
        }
        long first = Numbers.whole(start, "a bound");
        int from = Access.clamp(first, 0, size, size);
        return first > size || from > to ? null : self.slice(self.unitIndex(from), self.unitIndex(to));
    }

    private static Object affix(String name, Text self, Arguments arguments, boolean prefix) {
        Object[] given = arguments.positional(name, 1, 3);
        Text part = window(self, given[1], given[2]);
        List<Object> affixes = given[0] instanceof Tuple tuple ? tuple.items() : List.of(text(given[0], name));
        for (Object affix : affixes) {
            String wanted = text(affix, name).value();
            if (part != null
                    && (prefix ? part.value().startsWith(wanted) : part.value().endsWith(wanted))) {
                return true;
            }
        }
        return false;
    }

    private static long search(String name, Text self, Arguments arguments, boolean last) {
        Object[] given = arguments.positional(name, 1, 3);
        String wanted = text(given[0], name).value();
        Text part = window(self, given[1], given[2]);
        int at = part == null
                ? -1
                : last ? part.value().lastIndexOf(wanted) : part.value().indexOf(wanted);
        if (at < 0) {
            return -1;
        }
        int size = self.size();
        long offset = Arguments.or(given[1], null) == null
                ? 0
                : Access.clamp(Numbers.whole(given[1], "a bound"), 0, size, size);
        return offset + part.value().codePointCount(0, at);
    }

    private static Object found(String name, Text self, Arguments arguments, boolean last) {
        long at = search(name, self, arguments, last);
        if (at < 0) {
            throw new TemplateFailure("substring not found");
        }
        return at;
    }

    private static Object count(Text self, Arguments arguments) {
        Object[] given = arguments.positional("count", 1, 3);
        String wanted = text(given[0], "count").value();
        Text part = window(self, given[1], given[2]);
        if (part == null) {
            return 0L;
        }
        return wanted.isEmpty()
                ? part.size() + 1L
                : split(part, wanted, Long.MAX_VALUE, false).size() - 1L;
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.offsetByCodePoints(0, 1);
        return titleCase(text.codePointAt(0)) + text.substring(first).toLowerCase(Locale.ROOT);
    }

    private static String titleCase(int c) {
        int title = Character.toTitleCase(c);
        String upper = Character.toString(c).toUpperCase(Locale.ROOT);
        // A character that becomes several (ß) has no single title form: Python writes Ss.
        return title == c && upper.length() > Character.charCount(c)
                ? upper.substring(0, 1) + upper.substring(1).toLowerCase(Locale.ROOT)
                : Character.toString(title);
    }

    private static String title(String text) {
        StringBuilder out = new StringBuilder();
        boolean inWord = false;
        for (int c : text.codePoints().toArray()) {
            out.append(inWord ? Character.toString(c).toLowerCase(Locale.ROOT) : titleCase(c));
            inWord = Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
        }
        return out.toString();
    }

    private static String swapCase(String text) {
        StringBuilder out = new StringBuilder();
        text.codePoints().forEach(c -> {
            String one = Character.toString(c);
            out.append(
                    Character.isUpperCase(c)
                            ? one.toLowerCase(Locale.ROOT)
                            : Character.isLowerCase(c) ? one.toUpperCase(Locale.ROOT) : one);
        });
        return out.toString();
    }

    private static Object pad(String name, Text self, Arguments arguments) {
        Object[] given = arguments.positional(name, 1, 2);
        Text fill = given[1] == Arguments.MISSING ? Text.of(" ") : text(given[1], name);
        if (fill.size() != 1) {
            throw new TemplateFailure("The fill character must be exactly one character long");
        }
        return pad(name, self, Numbers.whole(given[0], "a width"), fill.value());
    }

    static Text pad(String name, Text self, long width, String fill) {
        long missing = width - self.size();
        if (missing <= 0) {
            return self;
        }
        Limits.checkText(width);
        // Python's center() puts the odd space on the left when the width is odd.
        long left =
                switch (name) {
                    case "center" -> missing / 2 + (missing & width & 1);
                    case "ljust" -> 0;
                    default -> missing;
                };
        return new TextBuilder()
                .append(fill.repeat((int) left))
                .append(self)
                .append(fill.repeat((int) (missing - left)))
                .toText()
                .withSafe(self.safe());
    }

    private static Object zeroFill(Text self, Arguments arguments) {
        long width = Numbers.whole(arguments.positional("zfill", 1, 1)[0], "a width");
        boolean signed = self.value().startsWith("-") || self.value().startsWith("+");
        Text digits = pad("rjust", self.slice(signed ? 1 : 0, self.value().length()), signed ? width - 1 : width, "0");
        return self.slice(0, signed ? 1 : 0).plus(digits);
    }
}
