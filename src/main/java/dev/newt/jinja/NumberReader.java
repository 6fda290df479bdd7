package dev.newt.jinja;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;

/** Numbers written as strings, by the rules of Python's int() and float(). */
final class NumberReader {
    private static final Pattern REAL = Pattern.compile(
            "[+-]?(?:\\d+(?:_\\d+)*\\.?(?:\\d+(?:_\\d+)*)?|\\.\\d+(?:_\\d+)*)(?:[eE][+-]?\\d+(?:_\\d+)*)?");
    private static final Pattern DIGITS = Pattern.compile("[0-9a-zA-Z]+(?:_[0-9a-zA-Z]+)*");

    private NumberReader() {}

    private static String stripped(String text) {
        return StringMethods.strip(Text.of(text), null, true, true).value();
    }

    /** The integer, or null if it is not one. */
    static Object integer(String text, int base) {
        String digits = stripped(text);
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        String lower = digits.toLowerCase(Locale.ROOT);
        int radix = base;
        for (String prefix : new String[] {"0x", "0o", "0b"}) {
            int of = prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : 2;
            if (lower.startsWith(prefix) && (base == of || base == 0)) {
                radix = of;
                digits = digits.substring(digits.startsWith("_", 2) ? 3 : 2);
                break;
            }
        }
        radix = radix == 0 ? 10 : radix;
        if (!DIGITS.matcher(digits).matches() || digits.length() > 4300) {
            return null;
        }
        try {
            BigInteger value = new BigInteger(digits.replace("_", ""), radix);
            return Numbers.compact(negative ? value.negate() : value);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The float, or null if it is not one. */
    static Double real(String text) {
        String digits = stripped(text);
        if (REAL.matcher(digits).matches()) {
            return Double.valueOf(digits.replace("_", ""));
        }
        return switch (digits.toLowerCase(Locale.ROOT)) {
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            case "nan", "+nan", "-nan" -> Double.NaN;
            default -> null;
        };
    }
}
