package dev.newt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Python's rules for values: types, truth, equality, order, iteration, operators.
 *
 * <p>None is null, a str a {@link Text}, a bool a Boolean, an int a Long or BigInteger, a float a Double, a list a List, a dict a {@link Dict}.
 */
final class Values {
    private Values() {}

    /** A plain JSON value as a template value; strings get the mark if one is given. */
    static Object of(Object plain, Mark mark) {
        return of(plain, mark, 0);
    }

    private static Object of(Object plain, Mark mark, int depth) {
        Limits.checkNesting(depth);
        if (plain instanceof CharSequence text) {
            return mark == null ? Text.of(text.toString()) : Text.of(text.toString(), mark);
        }
        if (plain instanceof Integer || plain instanceof Short || plain instanceof Byte) {
            return ((Number) plain).longValue();
        }
        if (plain instanceof Float number) {
            return number.doubleValue();
        }
        if (plain instanceof BigDecimal number) {
            return number.doubleValue();
        }
        if (plain instanceof BigInteger number) {
            return Numbers.compact(number);
        }
        if (plain instanceof Map<?, ?> map) {
            Dict dict = new Dict();
            map.forEach((key, value) -> dict.put(of(key, mark, depth + 1), of(value, mark, depth + 1)));
            return dict;
        }
        if (plain instanceof Iterable<?> elements) {
            List<Object> list = new ArrayList<>();
            elements.forEach(element -> list.add(of(element, mark, depth + 1)));
            return Collections.unmodifiableList(list);
        }
        if (plain == null || plain instanceof Boolean || plain instanceof Long || plain instanceof Double) {
            return plain;
        }
        throw new TemplateFailure("a value of the Java type " + plain.getClass().getName()
                + " cannot be given to a chat template; use plain JSON values");
    }

    static String typeName(Object value) {
        if (value == null) {
            return "NoneType";
        } else if (value instanceof Text text) {
            return text.safe() ? "Markup" : "str";
        } else if (value instanceof Boolean) {
            return "bool";
        } else if (value instanceof Double) {
            return "float";
        } else if (value instanceof Number) {
            return "int";
        } else if (value instanceof List) {
            return "list";
        } else if (value instanceof Tuple) {
            return "tuple";
        } else if (value instanceof Dict) {
            return "dict";
        } else if (value instanceof Undefined) {
            return "Undefined";
        } else if (value instanceof Range) {
            return "range";
        } else if (value instanceof DictView view) {
            return view.typeName();
        } else if (value instanceof Lazy lazy) {
            return lazy.typeName();
        } else if (value instanceof Namespace) {
            return "Namespace";
        } else if (value instanceof Macro) {
            return "Macro";
        } else if (value instanceof Cycler) {
            return "Cycler";
        } else if (value instanceof LoopState) {
            return "LoopContext";
        }
        return "function";
    }

    static boolean isTrue(Object value) {
        if (value == null || value instanceof Undefined) {
            return false;
        } else if (value instanceof Boolean flag) {
            return flag;
        } else if (value instanceof Text text) {
            return !text.isEmpty();
        } else if (value instanceof Long number) {
            return number != 0;
        } else if (value instanceof Double number) {
            return number != 0;
        } else if (value instanceof Dict dict) {
            return dict.size() > 0;
        } else if (value instanceof DictView view) {
            return view.dict().size() > 0;
        }
        List<Object> elements = sequenceOrNull(value);
        return elements == null || !elements.isEmpty();
    }

    /** The elements of a list, tuple or range; null for anything else. */
    static List<Object> sequenceOrNull(Object value) {
        if (value instanceof List<?> list) {
            @SuppressWarnings("unchecked") // every list in a template holds template values
            List<Object> elements = (List<Object>) list;
            return elements;
        }
        return value instanceof Tuple tuple ? tuple.items() : value instanceof Range range ? range.asList() : null;
    }

    static Iterator<Object> iterate(Object value) {
        if (value instanceof Lazy lazy) {
            return lazy;
        }
        if (value instanceof LoopState loop) {
            return loop.iterator();
        }
        if (value instanceof Text text) {
            return new ArrayList<Object>(text.codePoints()).iterator();
        }
        if (value instanceof Dict dict) {
            return dict.keys().iterator();
        }
        if (value instanceof DictView view) {
            return view.elements().iterator();
        }
        if (value instanceof Undefined) {
            return Collections.emptyIterator();
        }
        List<Object> elements = sequenceOrNull(value);
        if (elements == null) {
            throw new TemplateFailure("'" + typeName(value) + "' object is not iterable");
        }
        return elements.iterator();
    }

    static boolean isIterable(Object value) {
        return value instanceof Text
                || value instanceof Dict
                || value instanceof DictView
                || value instanceof Lazy
                || value instanceof LoopState
                || value instanceof Undefined
                || sequenceOrNull(value) != null;
    }

    static List<Object> list(Object value) {
        List<Object> elements = new ArrayList<>();
        iterate(value).forEachRemaining(element -> {
            Limits.checkItems(elements.size() + 1L);
            elements.add(element);
        });
        return elements;
    }

    static long length(Object value) {
        if (value instanceof Text text) {
            return text.size();
        } else if (value instanceof Dict dict) {
            return dict.size();
        } else if (value instanceof DictView view) {
            return view.dict().size();
        } else if (value instanceof Undefined) {
            return 0;
        } else if (value instanceof LoopState loop) {
            return loop.length();
        }
        List<Object> elements = sequenceOrNull(value);
        if (elements == null) {
            throw new TemplateFailure("object of type '" + typeName(value) + "' has no len()");
        }
        return elements.size();
    }

    static boolean equal(Object left, Object right) {
        return equal(left, right, 0);
    }

    private static boolean equal(Object left, Object right, int depth) {
        Limits.checkNesting(depth);
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return !Numbers.isNan(left) && !Numbers.isNan(right) && Numbers.compare(left, right) == 0;
        }
        List<Object> a = sequenceOrNull(left);
        List<Object> b = sequenceOrNull(right);
        if (a != null && b != null) {
            if (!typeName(left).equals(typeName(right)) || a.size() != b.size()) {
                return false;
            }
            for (int i = 0; i < a.size(); i++) {
                if (!equal(a.get(i), b.get(i), depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof Dict a2 && right instanceof Dict b2) {
            if (a2.size() != b2.size()) {
                return false;
            }
            for (Dict.Entry entry : a2.entries()) {
                Object other = b2.get(entry.key(), Arguments.MISSING);
                if (other == Arguments.MISSING || !equal(entry.value(), other, depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        if (left instanceof DictView a2 && right instanceof DictView b2 && a2.isSet() && b2.isSet()) {
            return a2.dict().size() == b2.dict().size()
                    && a2.elements().stream().allMatch(element -> contains(b2, element));
        }
        return left instanceof DictView ? left == right : Objects.equals(left, right);
    }

    /** Python's order; fails if the types cannot be compared. */
    static int compare(String operator, Object left, Object right) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.compare(left, right);
        }
        if (left instanceof Text a && right instanceof Text b) {
            return a.compareTo(b);
        }
        boolean tuples = left instanceof Tuple && right instanceof Tuple;
        if (tuples || (left instanceof List && right instanceof List)) {
            List<Object> a = sequenceOrNull(left);
            List<Object> b = sequenceOrNull(right);
            for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
                if (!equal(a.get(i), b.get(i))) {
                    return compare(operator, a.get(i), b.get(i));
                }
            }
            return Integer.compare(a.size(), b.size());
        }
        failIfUndefined(left, right);
        throw new TemplateFailure("'" + operator + "' not supported between instances of '" + typeName(left) + "' and '"
                + typeName(right) + "'");
    }

    static boolean compares(String operator, Object left, Object right) {
        switch (operator) {
            case "==":
                return equal(left, right);
            case "!=":
                return !equal(left, right);
            case "in":
                return contains(right, left);
            case "not in":
                return !contains(right, left);
            default:
        }
        if (Numbers.isNan(left) && Numbers.isNumber(right) || Numbers.isNan(right) && Numbers.isNumber(left)) {
            return false;
        }
        int order = compare(operator, left, right);
        return switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            default -> order >= 0;
        };
    }

    static boolean contains(Object container, Object element) {
        if (container instanceof Text text) {
            if (element instanceof Text part) {
                return text.value().contains(part.value());
            }
            throw new TemplateFailure("'in <string>' requires string as left operand, not " + typeName(element));
        }
        if (container instanceof Dict dict) {
            return dict.contains(element);
        }
        if (container instanceof DictView view && view.kind() == DictView.Kind.KEYS) {
            return view.dict().contains(element);
        }
        if (container != null && !Numbers.isNumber(container)) {
            for (Iterator<Object> elements = iterate(container); elements.hasNext(); ) {
                if (equal(elements.next(), element)) {
                    return true;
                }
            }
            return false;
        }
        throw new TemplateFailure("argument of type '" + typeName(container) + "' is not iterable");
    }

    static void failIfUndefined(Object... values) {
        for (Object value : values) {
            if (value instanceof Undefined undefined) {
                throw undefined.failure();
            }
        }
    }

    static Object arithmetic(String operator, Object left, Object right) {
        if (operator.equals("%") && left instanceof Text format) {
            return PercentFormat.format(format, right);
        }
        failIfUndefined(left, right);
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.arithmetic(operator, left, right);
        }
        if (operator.equals("+")) {
            if (left instanceof Text a && right instanceof Text b) {
                return Escapes.plus(a, b);
            }
            if (left instanceof List && right instanceof List) {
                return joined(sequenceOrNull(left), sequenceOrNull(right));
            }
            if (left instanceof Tuple a && right instanceof Tuple b) {
                return new Tuple(joined(a.items(), b.items()));
            }
        }
        if (operator.equals("*")) {
            if (Numbers.isInteger(right) && isRepeatable(left)) {
                return repeat(left, Numbers.whole(right, "a repeat count"));
            }
            if (Numbers.isInteger(left) && isRepeatable(right)) {
                return repeat(right, Numbers.whole(left, "a repeat count"));
            }
        }
        if (operator.equals("+") && left instanceof Text) {
            throw new TemplateFailure("can only concatenate str (not \"" + typeName(right) + "\") to str");
        }
        throw new TemplateFailure("unsupported operand type(s) for " + operator + ": '" + typeName(left) + "' and '"
                + typeName(right) + "'");
    }

    private static List<Object> joined(List<Object> left, List<Object> right) {
        Limits.checkItems((long) left.size() + right.size());
        List<Object> sum = new ArrayList<>(left);
        sum.addAll(right);
        return sum;
    }

    private static boolean isRepeatable(Object value) {
        return value instanceof Text || value instanceof List || value instanceof Tuple;
    }

    private static Object repeat(Object value, long count) {
        long times = Math.max(0, count);
        if (value instanceof Text text) {
            Limits.checkText(
                    text.isEmpty()
                            ? 0
                            : Math.multiplyHigh(times, text.value().length()) != 0
                                    ? Long.MAX_VALUE
                                    : times * text.value().length());
            TextBuilder out = new TextBuilder();
            for (long i = 0; i < times && !text.isEmpty(); i++) {
                out.append(text);
            }
            return out.toText().withSafe(text.safe());
        }
        List<Object> elements = sequenceOrNull(value);
        Limits.checkItems(elements.isEmpty() ? 0 : Math.min(times, Limits.MAX_ITEMS + 1L) * elements.size());
        List<Object> repeated = new ArrayList<>();
        for (long i = 0; i < times && !elements.isEmpty(); i++) {
            repeated.addAll(elements);
        }
        return value instanceof Tuple ? new Tuple(repeated) : repeated;
    }
}
