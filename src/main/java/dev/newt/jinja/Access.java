package dev.newt.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Attributes, items, slices and calls within Jinja's immutable sandbox: only what is listed here can be reached, nothing in Java, and no
 * method that changes its object.
 */
final class Access {
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> NUMBER_METHODS = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private Access() {}

    /** {@code target.name}: an attribute of the type, otherwise an item. */
    static Object attribute(Object target, String name) {
        Values.failIfUndefined(target);
        Object found = member(target, name);
        if (found == Arguments.MISSING && target instanceof Dict dict) {
            found = dict.get(Text.of(name), Arguments.MISSING);
        }
        return found == Arguments.MISSING ? noAttribute(target, name) : found;
    }

    /** {@code target[key]}: an item, otherwise an attribute of the type. */
    static Object item(Object target, Object key) {
        Values.failIfUndefined(target);
        Object found = Arguments.MISSING;
        if (target instanceof Dict dict) {
            found = key instanceof List || key instanceof Dict ? Arguments.MISSING : dict.get(key, Arguments.MISSING);
        } else if (Numbers.isInteger(key)) {
            found = element(target, Numbers.big(key));
        }
        if (found == Arguments.MISSING && key instanceof Text name) {
            found = member(target, name.value());
        }
        if (found != Arguments.MISSING) {
            return found;
        }
        return key instanceof Text name
                ? noAttribute(target, name.value())
                : new Undefined(objectName(target) + " has no element " + describe(key));
    }

    private static String describe(Object key) {
        return key instanceof Function || key instanceof Lazy ? "a " + Values.typeName(key) : PythonText.repr(key);
    }

    private static Object element(Object target, BigInteger index) {
        List<Object> elements = Values.sequenceOrNull(target);
        if (elements == null && !(target instanceof Text)) {
            return Arguments.MISSING;
        }
        long size = Values.length(target);
        long at = index.bitLength() < Long.SIZE ? index.longValue() : Long.MAX_VALUE;
        at = at < 0 ? at + size : at;
        if (at < 0 || at >= size) {
            return Arguments.MISSING;
        }
        if (target instanceof Text text) {
            int from = text.unitIndex((int) at);
            return text.slice(from, from + Character.charCount(text.value().codePointAt(from)));
        }
        return elements.get((int) at);
    }

    private static Undefined noAttribute(Object target, String name) {
        return new Undefined("'" + objectName(target) + "' has no attribute '" + name + "'");
    }

    private static String objectName(Object target) {
        return target == null ? "None" : Values.typeName(target) + " object";
    }

    /** A member of the value's type, or {@link Arguments#MISSING}. */
    private static Object member(Object target, String name) {
        if (name.startsWith("__") && name.endsWith("__")) {
            return unsafe(target, name);
        }
        if (target instanceof Namespace namespace) {
            return namespace.get(name);
        }
        if (target instanceof Text text) {
            return StringMethods.find(text, name);
        }
        if (target instanceof Dict dict) {
            return DICT_CHANGES.contains(name) ? unsafe(target, name) : dictMethod(dict, name);
        }
        if (target instanceof LoopState loop) {
            return loop.attribute(name);
        }
        if (target instanceof Cycler cycler) {
            return cycler.attribute(name);
        }
        if (target instanceof Macro macro) {
            return macro.attribute(name);
        }
        if (target instanceof List && LIST_CHANGES.contains(name)) {
            return unsafe(target, name);
        }
        List<Object> elements = Values.sequenceOrNull(target);
        if (elements != null) {
            return sequenceMethod(target, elements, name);
        }
        if (Numbers.isNumber(target) && NUMBER_METHODS.contains(name)) {
            throw new TemplateFailure("'" + name + "' of " + Values.typeName(target) + " is not supported");
        }
        return Arguments.MISSING;
    }

    private static Undefined unsafe(Object target, String name) {
        return new Undefined(
                "access to attribute '" + name + "' of '" + Values.typeName(target) + "' object is unsafe.");
    }

    private static Object dictMethod(Dict dict, String name) {
        return switch (name) {
            case "items" -> view(name, new DictView(DictView.Kind.ITEMS, dict));
            case "keys" -> view(name, new DictView(DictView.Kind.KEYS, dict));
            case "values" -> view(name, new DictView(DictView.Kind.VALUES, dict));
            case "get" -> (Function) arguments -> {
                Object[] given = arguments.positional("get", 1, 2);
                return dict.get(given[0], Arguments.or(given[1], null));
            };
            case "copy" -> (Function) arguments -> {
                arguments.positional("copy", 0, 0);
                Dict copy = new Dict();
                copy.putAll(dict);
                return copy;
            };
            case "fromkeys" -> throw new TemplateFailure("'fromkeys' of dict is not supported");
            default -> Arguments.MISSING;
        };
    }

    private static Function view(String name, DictView view) {
        return arguments -> {
            arguments.positional(name, 0, 0);
            return view;
        };
    }

    private static Object sequenceMethod(Object target, List<Object> elements, String name) {
        if (name.equals("count")) {
            return (Function) arguments -> {
                Object wanted = arguments.positional("count", 1, 1)[0];
                return elements.stream()
                        .filter(element -> Values.equal(element, wanted))
                        .count();
            };
        }
        if (name.equals("index")) {
            return (Function) arguments -> index(elements, arguments.positional("index", 1, 3));
        }
        if (name.equals("copy") && target instanceof List) {
            return (Function) arguments -> {
                arguments.positional("copy", 0, 0);
                return new ArrayList<>(elements);
            };
        }
        if (target instanceof Tuple tuple && tuple.group()) {
            return name.equals("grouper") ? elements.get(0) : name.equals("list") ? elements.get(1) : Arguments.MISSING;
        }
        if (target instanceof Range range) {
            return switch (name) {
                case "start" -> range.start();
                case "stop" -> range.stop();
                case "step" -> range.step();
                default -> Arguments.MISSING;
            };
        }
        return Arguments.MISSING;
    }

    private static Object index(List<Object> elements, Object[] given) {
        int size = elements.size();
        int from = given[1] == Arguments.MISSING ? 0 : clamp(Numbers.whole(given[1], "an index"), 0, size, size);
        int to = given[2] == Arguments.MISSING ? size : clamp(Numbers.whole(given[2], "an index"), 0, size, size);
        for (int i = from; i < to; i++) {
            if (Values.equal(elements.get(i), given[0])) {
                return (long) i;
            }
        }
        throw new TemplateFailure(describe(given[0]) + " is not in list");
    }

    /** A slice bound, counted from the end if negative, clamped to [low, high]. */
    static int clamp(long bound, int low, int high, int size) {
        long at = bound < 0 ? bound + size : bound;
        return (int) Math.max(low, Math.min(high, at));
    }

    /** {@code target[start:stop:step]}; null stands for an absent bound. */
    static Object slice(Object target, Object start, Object stop, Object step) {
        Values.failIfUndefined(target);
        List<Object> elements = Values.sequenceOrNull(target);
        if (elements == null && !(target instanceof Text)) {
            throw new TemplateFailure("'" + Values.typeName(target) + "' object cannot be sliced");
        }
        int size = (int) Values.length(target);
        long by = step == null ? 1 : Numbers.whole(step, "a slice step");
        if (by == 0) {
            throw new TemplateFailure("slice step cannot be zero");
        }
        int low = by > 0 ? 0 : -1;
        int high = by > 0 ? size : size - 1;
        int from =
                start == null ? (by > 0 ? low : high) : clamp(Numbers.whole(start, "a slice bound"), low, high, size);
        int to = stop == null ? (by > 0 ? high : low) : clamp(Numbers.whole(stop, "a slice bound"), low, high, size);
        if (target instanceof Text text) {
            return sliceText(text, from, to, by);
        }
        List<Object> picked = new ArrayList<>();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            picked.add(elements.get((int) i));
        }
        if (target instanceof Range range) {
            return new Range(range.start() + from * range.step(), range.start() + to * range.step(), range.step() * by);
        }
        return target instanceof Tuple ? new Tuple(picked) : picked;
    }

    private static Text sliceText(Text text, int from, int to, long by) {
        if (by == 1) {
            return from >= to ? Text.EMPTY.withSafe(text.safe()) : text.slice(text.unitIndex(from), text.unitIndex(to));
        }
        List<Text> points = text.codePoints();
        TextBuilder out = new TextBuilder();
        for (long i = from; by > 0 ? i < to : i > to; i += by) {
            out.append(points.get((int) i));
        }
        return out.toText().withSafe(text.safe());
    }

    static Object call(Object target, Arguments arguments) {
        Values.failIfUndefined(target);
        if (target instanceof Function function) {
            return function.call(arguments);
        }
        throw new TemplateFailure("'" + Values.typeName(target) + "' object is not callable");
    }
}
