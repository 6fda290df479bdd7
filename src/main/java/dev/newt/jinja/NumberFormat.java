package dev.newt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Python's presentation of one number.
 *
 * @param kind d, x, X, o, b, e, E, f, F, g, G, % or n; 0 for the default of str.format
 * @param sign what a number without a minus sign begins with: "+", " " or nothing
 * @param precision digits, -1 if not given
 * @param alternate base prefixes and kept zeros
 * @param grouping between groups of digits: ",", "_" or nothing
 */
record NumberFormat(char kind, String sign, long precision, boolean alternate, String grouping) {
    NumberFormat {
        if (precision > 1000) {
            throw new TemplateFailure("a precision of the format is too large");
        }
    }

    /** @param align one of {@code < > ^ =}, where = puts the fill between sign and digits */
    String padded(Object value, char fill, char align, long width) {
        Limits.checkText(width);
        boolean whole = "dxXobc".indexOf(kind) >= 0
                || (kind == 'n' && !(value instanceof Double))
                || (kind == 0 && !(value instanceof Double) && precision < 0);
        boolean negative = value instanceof Double real
                ? real < 0 || (real == 0 && 1 / real < 0)
                : Numbers.big(value).signum() < 0;
        String digits = whole ? integer(value) : real(Math.abs(Numbers.real(value)));
        String prefix = (negative ? "-" : sign) + (whole && alternate ? basePrefix() : "");
        int end = 0;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            end++;
        }
        boolean finite = end > 0;
        int group = kind == 'x' || kind == 'X' || kind == 'o' || kind == 'b' ? 4 : 3;
        int size = whole ? digits.length() : end;
        String head = digits.substring(0, size);
        String tail = digits.substring(size);
        if (!grouping.isEmpty() && finite) {
            if (fill == '0' && align == '=') {
                while (grouped(head, group).length() + prefix.length() + tail.length() < width) {
                    String longer = grouped("0" + head, group);
                    if (longer.length() + prefix.length() + tail.length() > width + 1) {
                        break;
                    }
                    head = "0" + head;
                }
            }
            head = grouped(head, group);
        }
        String body = head + tail;
        int missing = (int) Math.max(0, width - body.length() - prefix.length());
        String padding = String.valueOf(fill).repeat(missing);
        return switch (align) {
            case '<' -> prefix + body + padding;
            case '^' -> padding.substring(0, missing / 2) + prefix + body + padding.substring(missing / 2);
            case '=' -> prefix + padding + body;
            default -> padding + prefix + body;
        };
    }

    private String grouped(String digits, int group) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < digits.length(); i++) {
            if (i > 0 && (digits.length() - i) % group == 0) {
                out.append(grouping);
            }
            out.append(digits.charAt(i));
        }
        return out.toString();
    }

    private String basePrefix() {
        return switch (kind) {
            case 'x' -> "0x";
            case 'X' -> "0X";
            case 'o' -> "0o";
            case 'b' -> "0b";
            default -> "";
        };
    }

    private String integer(Object value) {
        if (value instanceof Double) {
            throw new TemplateFailure("Unknown format code '" + kind + "' for object of type 'float'");
        }
        BigInteger magnitude = Numbers.big(value).abs();
        String digits =
                switch (kind) {
                    case 'x' -> magnitude.toString(16);
                    case 'X' -> magnitude.toString(16).toUpperCase(Locale.ROOT);
                    case 'o' -> magnitude.toString(8);
                    case 'b' -> magnitude.toString(2);
                    default -> magnitude.toString();
                };
        return precision > digits.length() ? "0".repeat((int) precision - digits.length()) + digits : digits;
    }

    private String real(double magnitude) {
        if (Double.isNaN(magnitude) || Double.isInfinite(magnitude)) {
            String name = Double.isNaN(magnitude) ? "nan" : "inf";
            return Character.isUpperCase(kind) ? name.toUpperCase(Locale.ROOT) : name;
        }
        int digits = precision < 0 ? 6 : (int) precision;
        return switch (kind) {
            case 'f', 'F' -> fixed(new BigDecimal(magnitude), digits);
            case '%' -> fixed(new BigDecimal(magnitude * 100), digits) + "%";
            case 'e' -> scientific(magnitude, digits);
            case 'E' -> scientific(magnitude, digits).toUpperCase(Locale.ROOT);
            case 'g', 'n' -> general(magnitude, digits);
            case 'G' -> general(magnitude, digits).toUpperCase(Locale.ROOT);
            default -> precision < 0 ? PythonText.number(magnitude) : defaultReal(magnitude, digits);
        };
    }

    private String fixed(BigDecimal value, int digits) {
        String plain = value.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        return digits == 0 && alternate ? plain + "." : plain;
    }

    private static String scientific(double value, int digits) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = value == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String unscaled = value == 0 ? "0" : rounded.unscaledValue().toString();
        String padded = unscaled + "0".repeat(Math.max(0, digits + 1 - unscaled.length()));
        return padded.charAt(0)
                + (digits > 0 ? "." + padded.substring(1, digits + 1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    private String general(double value, int precisionGiven) {
        int digits = Math.max(1, precisionGiven);
        String scientific = scientific(value, digits - 1);
        int at = scientific.indexOf('e');
        int exponent = Integer.parseInt(scientific.substring(at + 1));
        if (exponent < -4 || exponent >= digits) {
            return trimmed(scientific.substring(0, at)) + scientific.substring(at);
        }
        return trimmed(fixed(new BigDecimal(value), digits - 1 - exponent));
    }

    /** Without a type: like g, but always with a digit after the point. */
    private String defaultReal(double value, int precisionGiven) {
        int digits = Math.max(1, precisionGiven);
        String scientific = scientific(value, digits - 1);
        int at = scientific.indexOf('e');
        int exponent = Integer.parseInt(scientific.substring(at + 1));
        if (exponent < -4 || exponent >= digits - 1 && exponent >= digits) {
            return trimmed(scientific.substring(0, at)) + scientific.substring(at);
        }
        if (exponent == digits - 1) {
            return trimmed(scientific.substring(0, at)) + scientific.substring(at);
        }
        String plain = trimmed(fixed(new BigDecimal(value), digits - 1 - exponent));
        return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }

    private String trimmed(String digits) {
        return alternate || digits.indexOf('.') < 0 ? digits : digits.replaceFirst("\\.?0+$", "");
    }
}
