package dev.newt.jinja;

import java.util.HashMap;
import java.util.Map;

/** Jinja's tests: what may follow {@code is}. */
final class JinjaTests {
    private interface Test {
        boolean test(Object value, Arguments arguments);
    }

    private static final Map<String, Test> TESTS = new HashMap<>();

    static {
        plain("defined", value -> !(value instanceof Undefined));
        plain("undefined", value -> value instanceof Undefined);
        plain("none", value -> value == null);
        plain("boolean", value -> value instanceof Boolean);
        plain("true", value -> Boolean.TRUE.equals(value));
        plain("false", value -> Boolean.FALSE.equals(value));
        plain("integer", value -> Numbers.isInteger(value) && !(value instanceof Boolean));
        plain("float", value -> value instanceof Double);
        plain("number", Numbers::isNumber);
        plain("string", value -> value instanceof Text);
        plain("mapping", value -> value instanceof Dict);
        plain("sequence", JinjaTests::isSequence);
        plain("iterable", Values::isIterable);
        plain("callable", value -> value instanceof Function || value instanceof Undefined);
        plain("escaped", value -> value instanceof Text text && text.safe());
        plain("lower", value -> StringMethods.isCased(PythonText.str(value), false));
        plain("upper", value -> StringMethods.isCased(PythonText.str(value), true));
        plain("odd", value -> Values.equal(Values.arithmetic("%", value, 2L), 1L));
        plain("even", value -> Values.equal(Values.arithmetic("%", value, 2L), 0L));
        plain("filter", value -> Dict.hashable(value) instanceof Text name && Filters.exists(name.value()));
        plain("test", value -> Dict.hashable(value) instanceof Text name && exists(name.value()));
        with("divisibleby", (value, num) -> Values.equal(Values.arithmetic("%", value, num), 0L));
        with("sameas", JinjaTests::isSame);
        with("in", (value, seq) -> Values.contains(seq, value));
        comparison("==", "eq", "equalto", "==");
        comparison("!=", "ne", "!=");
        comparison("<", "lt", "lessthan", "<");
        comparison("<=", "le", "<=");
        comparison(">", "gt", "greaterthan", ">");
        comparison(">=", "ge", ">=");
    }

    private JinjaTests() {}

    private static void plain(String name, java.util.function.Predicate<Object> test) {
        TESTS.put(name, (value, arguments) -> {
            arguments.bind(name, 0);
            return test.test(value);
        });
    }

    private static void with(String name, java.util.function.BiPredicate<Object, Object> test) {
        TESTS.put(name, (value, arguments) -> test.test(value, arguments.bind(name, 1, "other")[0]));
    }

    private static void comparison(String operator, String... names) {
        for (String name : names) {
            with(name, (value, other) -> Values.compares(operator, value, other));
        }
    }

    static boolean exists(String name) {
        return TESTS.containsKey(name);
    }

    static boolean test(String name, Object value, Arguments arguments) {
        Test test = TESTS.get(name);
        if (test == null) {
            throw new TemplateFailure("No test named '" + name + "' found.");
        }
        return test.test(value, arguments);
    }

    /** Whether the value has a length and items, as Jinja's test asks. */
    private static boolean isSequence(Object value) {
        return value instanceof Text
                || value instanceof Dict
                || value instanceof Undefined
                || Values.sequenceOrNull(value) != null;
    }

    /** Identity; for small values, of which Python keeps one instance each, equality within one type. */
    private static boolean isSame(Object left, Object right) {
        if (left == null || left instanceof Boolean || left instanceof Long || left instanceof Text) {
            return left == null
                    ? right == null
                    : Values.typeName(left).equals(Values.typeName(right)) && Values.equal(left, right);
        }
        return left == right;
    }
}
