package dev.newt.jinja;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code format % values}, which is also the filter format. */
final class PercentFormat {
    private static final Pattern FIELD =
            Pattern.compile("%(?:\\(([^()]*)\\))?([-+ #0]*)(\\*|\\d+)?(?:\\.(\\*|\\d*))?[hlL]?(.)?", Pattern.DOTALL);

    private final Text format;
    private final Object values;
    private final List<Object> positional;
    private int used;

    private PercentFormat(Text format, Object values) {
        this.format = format;
        this.values = values;
        this.positional = values instanceof Tuple tuple ? tuple.items() : java.util.Arrays.asList(values);
    }

    static Text format(Text format, Object values) {
        return new PercentFormat(format, values).run();
    }

    private Text run() {
        TextBuilder out = new TextBuilder();
        Matcher field = FIELD.matcher(format.value());
        int copied = 0;
        boolean named = false;
        while (field.find(copied)) {
            out.append(format.slice(copied, field.start()));
            copied = field.end();
            if (field.group(5) == null) {
                throw new TemplateFailure("incomplete format");
            }
            char kind = field.group(5).charAt(0);
            if (kind == '%') {
                out.append("%");
                continue;
            }
            String flags = field.group(2);
            long width = number(field.group(3), 0);
            long precision = number(field.group(4), -1);
            if (width < 0) {
                flags += "-";
                width = -width;
            }
            Object value;
            if (field.group(1) == null) {
                value = next();
            } else {
                named = true;
                if (!(values instanceof Dict dict)) {
                    throw new TemplateFailure("format requires a mapping");
                }
                value = dict.get(Text.of(field.group(1)), Arguments.MISSING);
                if (value == Arguments.MISSING) {
                    throw new TemplateFailure("the format names '" + field.group(1) + "', which is not given");
                }
            }
            out.append(convert(kind, flags, width, precision, value));
        }
        out.append(format.slice(copied, format.value().length()));
        if (!named && used < positional.size() && !isSubscripted(values)) {
            throw new TemplateFailure("not all arguments converted during string formatting");
        }
        return out.toText().withSafe(format.safe());
    }

    /** Whether Python treats the value as a mapping here, not all of which must be used. */
    private static boolean isSubscripted(Object values) {
        return values instanceof Dict
                || values instanceof List
                || values instanceof Range
                || values instanceof Undefined;
    }

    private static Text character(Object value) {
        if (value instanceof Text one) {
            if (one.size() != 1) {
                throw new TemplateFailure("%c needs an integer or one character");
            }
            return one;
        }
        long code = Numbers.whole(value, "%c");
        if (code < 0 || code > Character.MAX_CODE_POINT) {
            throw new TemplateFailure("%c needs a number from 0 to 0x10ffff");
        }
        return Text.of(Character.toString((int) code));
    }

    private Object next() {
        if (used >= positional.size()) {
            throw new TemplateFailure("not enough arguments for format string");
        }
        return positional.get(used++);
    }

    private long number(String digits, long absent) {
        if (digits == null) {
            return absent;
        }
        if (digits.equals("*")) {
            return Numbers.whole(next(), "* of a format");
        }
        if (digits.length() > 8) {
            throw new TemplateFailure("a width or precision of the format is too large");
        }
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    private Text convert(char kind, String flags, long width, long precision, Object value) {
        String sign = flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "";
        boolean zero = flags.indexOf('0') >= 0 && flags.indexOf('-') < 0;
        boolean left = flags.indexOf('-') >= 0;
        boolean alternate = flags.indexOf('#') >= 0;
        switch (kind) {
            case 's', 'r', 'a':
                Text text =
                        switch (kind) {
                            case 's' -> PythonText.str(value);
                            case 'r' -> Text.of(PythonText.repr(value));
                            default -> Text.of(PythonText.ascii(value));
                        };
                if (precision >= 0 && precision < text.size()) {
                    text = text.slice(0, text.unitIndex((int) precision));
                }
                Text shown = format.safe() ? Escapes.escape(text) : text;
                return StringMethods.pad(left ? "ljust" : "rjust", shown, width, " ");
            case 'c':
                return StringMethods.pad(left ? "ljust" : "rjust", character(value), width, " ");
            case 'd', 'i', 'u', 'x', 'X', 'o', 'e', 'E', 'f', 'F', 'g', 'G':
                Values.failIfUndefined(value);
                if (!Numbers.isNumber(value)) {
                    throw new TemplateFailure(
                            "%" + kind + " format: a number is required, not " + Values.typeName(value));
                }
                NumberFormat number =
                        new NumberFormat(kind == 'i' || kind == 'u' ? 'd' : kind, sign, precision, alternate, "");
                boolean whole = "diuxXo".indexOf(kind) >= 0;
                if ("xXo".indexOf(kind) >= 0 && value instanceof Double) {
                    throw new TemplateFailure("%" + kind + " format: an integer is required, not float");
                }
                Object shownValue = whole && value instanceof Double real ? Filters.truncate(real) : value;
                return Text.of(number.padded(shownValue, zero ? '0' : ' ', zero ? '=' : left ? '<' : '>', width));
            default:
                throw new TemplateFailure("unsupported format character '" + kind + "'");
        }
    }
}
