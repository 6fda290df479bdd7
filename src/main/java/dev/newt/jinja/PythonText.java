package dev.newt.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/** Python's printed forms: str(), repr(), number formatting, white space, and string literals. */
final class PythonText {
    /** Python's white space as a regular expression class. */
    static final String SPACE =
            "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

    private PythonText() {}

    static boolean isSpace(int c) {
        return (c >= 0x09 && c <= 0x0d)
                || (c >= 0x1c && c <= 0x20)
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** Whether there are characters and all are white space. */
    static boolean isSpace(String text) {
        return !text.isEmpty() && text.chars().allMatch(PythonText::isSpace);
    }

    static String stripEnd(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    /** {@code str(value)}; a string keeps its origin. */
    static Text str(Object value) {
        if (value instanceof Text text) {
            return text;
        }
        if (value instanceof Undefined) {
            return Text.EMPTY;
        }
        return Text.of(repr(value));
    }

    /** {@code repr(value)}. */
    static String repr(Object value) {
        StringBuilder out = new StringBuilder();
        repr(value, out, 0);
        return out.toString();
    }

    /** {@code ascii(value)}: repr with every other character escaped. */
    static String ascii(Object value) {
        StringBuilder out = new StringBuilder();
        repr(value).codePoints().forEach(c -> out.append(c < 0x80 ? Character.toString(c) : hexEscape(c)));
        return out.toString();
    }

    private static void repr(Object value, StringBuilder out, int depth) {
        Limits.checkNesting(depth);
        Limits.checkText(out.length());
        if (value == null) {
            out.append("None");
        } else if (value instanceof Text text) {
            if (text.safe()) {
                out.append("Markup(").append(quote(text.value())).append(')');
            } else {
                out.append(quote(text.value()));
            }
        } else if (value instanceof Boolean flag) {
            out.append(flag ? "True" : "False");
        } else if (value instanceof Double number) {
            out.append(number(number));
        } else if (value instanceof Number) {
            out.append(value);
        } else if (value instanceof Undefined) {
            out.append("Undefined");
        } else if (value instanceof List<?> list) {
            items(list, "[", "]", out, depth);
        } else if (value instanceof Tuple tuple) {
            items(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", out, depth);
        } else if (value instanceof Dict dict) {
            String separator = "";
            out.append('{');
            for (Dict.Entry entry : dict.entries()) {
                out.append(separator);
                repr(entry.key(), out, depth + 1);
                out.append(": ");
                repr(entry.value(), out, depth + 1);
                separator = ", ";
            }
            out.append('}');
        } else if (value instanceof DictView view) {
            items(view.elements(), view.typeName() + "([", "])", out, depth);
        } else if (value instanceof LoopState loop) {
            out.append("<LoopContext ")
                    .append(loop.attribute("index"))
                    .append('/')
                    .append(loop.length())
                    .append('>');
        } else if (value instanceof Namespace namespace) {
            out.append("<Namespace ");
            repr(namespace.asDict(), out, depth + 1);
            out.append('>');
        } else if (value instanceof Range range) {
            out.append("range(").append(range.start()).append(", ").append(range.stop());
            out.append(range.step() == 1 ? ")" : ", " + range.step() + ")");
        } else {
            throw new TemplateFailure("a " + Values.typeName(value)
                    + " has no printed form of its own (Python would print a memory address); use it, do not print it");
        }
    }

    private static void items(List<?> items, String open, String close, StringBuilder out, int depth) {
        out.append(open);
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            repr(items.get(i), out, depth + 1);
        }
        out.append(close);
    }

    private static String quote(String text) {
        char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
        StringBuilder out = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(hexEscape(c));
                    }
                }
            }
        });
        return out.append(quote).toString();
    }

    /** Python's isprintable: everything except controls, formats, surrogates, private use, unassigned characters, and separators other than the space. */
    static boolean isPrintable(int c) {
        if (c == ' ') {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SPACE_SEPARATOR -> false;
            default -> true;
        };
    }

    private static String hexEscape(int c) {
        return c <= 0xff
                ? String.format(Locale.ROOT, "\\x%02x", c)
                : String.format(Locale.ROOT, c <= 0xffff ? "\\u%04x" : "\\U%08x", c);
    }

    /** {@code repr(float)}: the shortest digits that read back as the same number. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal decimal = Numbers.shortest(value).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = decimal.toPlainString();
            return plain.indexOf('.') >= 0 ? plain : plain + ".0";
        }
        String digits = decimal.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    /** The value of a string literal's body: Python's escapes, with an unknown one left as it is. */
    static String unescape(String body) {
        if (body.indexOf('\\') < 0) {
            return body;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < body.length(); ) {
            char c = body.charAt(i++);
            if (c != '\\') {
                out.append(c);
                continue;
            }
            int escaped = body.codePointAt(i);
            i += Character.charCount(escaped);
            switch (escaped) {
                case '\n' -> {}
                case '\\', '\'', '"' -> out.append((char) escaped);
                case 'a' -> out.append('\u0007');
                case 'b' -> out.append('\b');
                case 'f' -> out.append('\f');
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'v' -> out.append('\u000b');
                case 'x' -> i = hex(body, i, 2, out);
                case 'u' -> i = hex(body, i, 4, out);
                case 'U' -> i = hex(body, i, 8, out);
                case '0', '1', '2', '3', '4', '5', '6', '7' -> i = octal(body, i - 1, out);
                case 'N' -> i = named(body, i, out);
                    // Jinja decodes through ASCII, where a character beyond it has become an escape of its own.
                default -> out.append('\\')
                        .append(
                                escaped < 0x80
                                        ? Character.toString(escaped)
                                        : hexEscape(escaped).substring(1));
            }
        }
        return out.toString();
    }

    private static int hex(String body, int at, int digits, StringBuilder out) {
        int code = -1;
        if (at + digits <= body.length()) {
            String text = body.substring(at, at + digits);
            if (text.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
                code = Long.parseLong(text, 16) <= Character.MAX_CODE_POINT ? Integer.parseInt(text, 16) : -1;
            }
        }
        if (code < 0) {
            throw new TemplateFailure("a string has a \\x, \\u or \\U escape without a valid character number");
        }
        out.appendCodePoint(code);
        return at + digits;
    }

    private static int octal(String body, int at, StringBuilder out) {
        int code = 0;
        int end = at;
        while (end < body.length() && end < at + 3 && body.charAt(end) >= '0' && body.charAt(end) <= '7') {
            code = code * 8 + body.charAt(end++) - '0';
        }
        out.appendCodePoint(code);
        return end;
    }

    private static int named(String body, int at, StringBuilder out) {
        int close = body.indexOf('}', at);
        if (close > at && body.charAt(at) == '{') {
            try {
                out.appendCodePoint(Character.codePointOf(body.substring(at + 1, close)));
                return close + 1;
            } catch (IllegalArgumentException e) {
                throw new TemplateFailure("unknown character name '" + body.substring(at + 1, close) + "' in a string");
            }
        }
        throw new TemplateFailure("malformed \\N{...} escape in a string");
    }
}
