package dev.newt.config;

import dev.newt.config.yaml.Suggestion;
import dev.newt.config.yaml.YamlTree;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a scalar means to a key of a given type. Nothing is converted: a number in quotes is text, and so refused where a number is due.
 *
 * <p>YAML 1.1's pitfalls, which PyYAML and so Axolotl have: {@code 1e-4} without a point is text there; a key that takes a number reads it
 * as the number all the same, as Axolotl does for the learning rate. {@code yes}, {@code no}, {@code on}, {@code off} are truth values; a
 * key that takes text refuses them without quotes. Octal, hexadecimal and base-60 numbers are not taken for numbers.
 */
final class Scalars {
    private static final List<String> TRUE = List.of("true", "yes", "on");
    private static final List<String> FALSE = List.of("false", "no", "off");
    private static final Pattern WHOLE = Pattern.compile("[-+]?(0|[1-9][0-9_]*)");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?((0|[1-9][0-9_]*)(\\.[0-9_]*)?|\\.[0-9][0-9_]*)([eE][-+]?[0-9]{1,3})?");
    /** What YAML 1.1 takes for a number and a reader may not: refused as plain text too. */
    private static final Pattern OTHER_NUMBER = Pattern.compile(
            "[-+]?(0[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+|[1-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?|\\.inf|\\.Inf|\\.INF)"
                    + "|\\.nan|\\.NaN|\\.NAN");

    private Scalars() {}

    /** Empty if the scalar does not mean such a value. */
    static Optional<Object> parse(Class<?> type, YamlTree.Scalar scalar) {
        if (type == String.class) {
            return isText(scalar) ? Optional.of(scalar.text()) : Optional.empty();
        }
        if (type.isEnum()) {
            return choice(type, scalar);
        }
        if (!scalar.plain()) {
            return Optional.empty();
        }
        String text = scalar.text();
        if (type == Boolean.class) {
            return truth(text).map(Object.class::cast);
        }
        if (type == Integer.class || type == Long.class) {
            return whole(type, text);
        }
        if (type == Double.class) {
            return NUMBER.matcher(text).matches()
                    ? Optional.of(Double.valueOf(text.replace("_", "")))
                            .filter(Double::isFinite)
                            .map(Object.class::cast)
                    : Optional.empty();
        }
        throw new IllegalArgumentException("no scalar of " + type);
    }

    private static Optional<Object> whole(Class<?> type, String text) {
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        String digits = text.replace("_", "");
        try {
            return Optional.of(
                    type == Integer.class ? (Object) Integer.valueOf(digits) : (Object) Long.valueOf(digits));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Object> choice(Class<?> type, YamlTree.Scalar scalar) {
        Optional<Boolean> truth = scalar.plain() ? truth(scalar.text()) : Optional.empty();
        for (Object constant : type.getEnumConstants()) {
            String text = ((Choice) constant).text();
            boolean word = truth(text).isPresent() && !text.equals("no");
            boolean same = word ? truth.equals(truth(text)) : scalar.text().equals(text);
            // 'no' without quotes is false in YAML, and written back as false by other programs.
            boolean never = text.equals("no") && truth.equals(Optional.of(false));
            if (same || never) {
                return Optional.of(constant);
            }
        }
        return Optional.empty();
    }

    private static Optional<Boolean> truth(String text) {
        boolean cased = text.equals(text.toLowerCase(Locale.ROOT))
                || text.equals(text.toUpperCase(Locale.ROOT))
                || text.equals(text.substring(0, 1) + text.substring(1).toLowerCase(Locale.ROOT));
        String lower = text.toLowerCase(Locale.ROOT);
        if (cased && TRUE.contains(lower)) {
            return Optional.of(true);
        }
        return cased && FALSE.contains(lower) ? Optional.of(false) : Optional.empty();
    }

    private static boolean isText(YamlTree.Scalar scalar) {
        String text = scalar.text();
        if (!scalar.plain()) {
            return !hasNul(text);
        }
        boolean exponentOnly = NUMBER.matcher(text).matches() && !text.contains(".") && text.matches(".*[eE].*");
        return exponentOnly
                || truth(text).isEmpty()
                        && !NUMBER.matcher(text).matches()
                        && !OTHER_NUMBER.matcher(text).matches();
    }

    /** No path, name or text for a tokenizer has one; the system's libraries take it for the end. */
    private static boolean hasNul(String text) {
        return text.indexOf('\0') >= 0;
    }

    /** What a key of this type takes, in words. */
    static String expected(Class<?> type) {
        if (type == String.class) {
            return "text";
        }
        if (type == Boolean.class) {
            return "true or false";
        }
        if (type == Integer.class || type == Long.class) {
            return "a whole number";
        }
        return type == Double.class ? "a number" : "one of " + choices(type);
    }

    /** The values of an enum, as they are written. */
    static String choices(Class<?> type) {
        return String.join(", ", texts(type));
    }

    /** What would be right instead of a scalar that {@link #parse} refused. */
    static String right(Class<?> type, YamlTree.Scalar scalar) {
        if (type == String.class && hasNul(scalar.text())) {
            return "it takes text without the character U+0000";
        }
        if (type == String.class) {
            return "it takes text, so put it in quotes: \"" + scalar.text() + "\"";
        }
        if (type.isEnum()) {
            String near = Suggestion.nearest(scalar.text(), texts(type))
                    .map(word -> "did you mean " + word + "? It takes ")
                    .orElse("it takes ");
            return near + texts(type).stream().collect(Collectors.joining(", "));
        }
        YamlTree.Scalar unquoted = new YamlTree.Scalar(scalar.place(), scalar.text(), true);
        if (!scalar.plain() && !scalar.text().isEmpty() && parse(type, unquoted).isPresent()) {
            return "it takes " + expected(type) + ", so write it without quotes: " + scalar.text();
        }
        if (WHOLE.matcher(scalar.text()).matches() && scalar.plain() && type == Integer.class) {
            return "it takes a whole number from " + Integer.MIN_VALUE + " to " + Integer.MAX_VALUE;
        }
        return "it takes " + expected(type);
    }

    static List<String> texts(Class<?> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(constant -> ((Choice) constant).text())
                .toList();
    }
}
