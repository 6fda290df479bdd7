package dev.newt.jinja;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashMap;
import java.util.Map;

/** Jinja's filters by name, and those on single values. */
final class Filters {
    interface Filter {
        Object apply(Object value, Arguments arguments);
    }

    private static final Map<String, Filter> FILTERS = new HashMap<>();

    static {
        FILTERS.put("tojson", Json::filter);
        FILTERS.put("abs", Filters::abs);
        FILTERS.put("int", Filters::toInt);
        FILTERS.put("float", Filters::toFloat);
        FILTERS.put("round", Filters::round);
        FILTERS.put("default", Filters::orDefault);
        FILTERS.put("d", Filters::orDefault);
        FILTERS.put("attr", (value, arguments) -> {
            Text name = PythonText.str(arguments.bind("attr", 1, "name")[0]);
            Object found = value instanceof Dict ? Access.attribute(withoutItems(), name.value()) : null;
            return value instanceof Dict && found instanceof Undefined
                    ? new Undefined("'dict object' has no attribute '" + name + "'")
                    : Access.attribute(value, name.value());
        });
        TextFilters.register(FILTERS);
        SequenceFilters.register(FILTERS);
        MarkupFilters.register(FILTERS);
    }

    private Filters() {}

    private static Dict withoutItems() {
        return new Dict();
    }

    static boolean exists(String name) {
        return FILTERS.containsKey(name);
    }

    static Object apply(String name, Object value, Arguments arguments) {
        Filter filter = FILTERS.get(name);
        if (filter == null) {
            throw new TemplateFailure("No filter named '" + name + "' found.");
        }
        return filter.apply(value, arguments);
    }

    private static Object number(String filter, Object value) {
        Values.failIfUndefined(value);
        if (!Numbers.isNumber(value)) {
            throw new TemplateFailure("the filter '" + filter + "' needs a number, not " + Values.typeName(value));
        }
        return value instanceof Double ? value : Numbers.compact(Numbers.big(value));
    }

    private static Object abs(Object value, Arguments arguments) {
        arguments.bind("abs", 0);
        Object number = number("abs", value);
        return number instanceof Double real
                ? (Object) Math.abs(real)
                : Numbers.compact(Numbers.big(number).abs());
    }

    /** The integer part of a float. */
    static Object truncate(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw new TemplateFailure("cannot convert float " + PythonText.number(value) + " to integer");
        }
        return Numbers.compact(new BigDecimal(value).toBigInteger());
    }

    private static Object toInt(Object value, Arguments arguments) {
        Object[] given = arguments.bind("int", 0, "default", "base");
        Object orElse = Arguments.or(given[0], 0L);
        long base = Numbers.whole(Arguments.or(given[1], 10L), "the base of int");
        Values.failIfUndefined(value);
        if (value instanceof Text text) {
            Object parsed = NumberReader.integer(text.value(), (int) base);
            if (parsed != null) {
                return parsed;
            }
            Double real = NumberReader.real(text.value());
            return real == null || real.isNaN() || real.isInfinite() ? orElse : truncate(real);
        }
        if (!Numbers.isNumber(value) || (value instanceof Double real && (real.isNaN() || real.isInfinite()))) {
            if (value instanceof Double real && real.isInfinite()) {
                throw new TemplateFailure("cannot convert float infinity to integer");
            }
            return orElse;
        }
        return value instanceof Double real ? truncate(real) : Numbers.compact(Numbers.big(value));
    }

    private static Object toFloat(Object value, Arguments arguments) {
        Object orElse = Arguments.or(arguments.bind("float", 0, "default")[0], 0.0);
        Values.failIfUndefined(value);
        if (value instanceof Text text) {
            Double real = NumberReader.real(text.value());
            return real == null ? orElse : real;
        }
        return Numbers.isNumber(value) ? (Object) Numbers.real(value) : orElse;
    }

    private static Object round(Object value, Arguments arguments) {
        Object[] given = arguments.bind("round", 0, "precision", "method");
        long digits = Numbers.whole(Arguments.or(given[0], 0L), "the precision of round");
        String method =
                PythonText.str(Arguments.or(given[1], Text.of("common"))).value();
        Object number = number("round", value);
        if (method.equals("common")) {
            if (number instanceof Double real) {
                return Numbers.round(real, digits, RoundingMode.HALF_EVEN);
            }
            if (digits >= 0) {
                return number;
            }
            BigDecimal scale = BigDecimal.ONE.scaleByPowerOfTen((int) Math.min(-digits, 10_000));
            return Numbers.compact(new BigDecimal(Numbers.big(number))
                    .divide(scale, 0, RoundingMode.HALF_EVEN)
                    .multiply(scale)
                    .toBigInteger());
        }
        if (!method.equals("ceil") && !method.equals("floor")) {
            throw new TemplateFailure("method must be common, ceil or floor");
        }
        double power = Math.pow(10, digits);
        double scaled = Numbers.real(number) * power;
        // Python rounds to an int, which has no negative zero.
        return (0.0 + (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled))) / power;
    }

    private static Object orDefault(Object value, Arguments arguments) {
        Object[] given = arguments.bind("default", 0, "default_value", "boolean");
        boolean useDefault =
                value instanceof Undefined || (Values.isTrue(Arguments.or(given[1], false)) && !Values.isTrue(value));
        return useDefault ? Arguments.or(given[0], Text.EMPTY) : value;
    }
}
