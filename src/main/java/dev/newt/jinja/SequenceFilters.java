package dev.newt.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Jinja's filters on lists, dicts and other sequences. Those that Jinja makes lazy are lazy. */
final class SequenceFilters {
    private SequenceFilters() {}

    static void register(Map<String, Filters.Filter> filters) {
        filters.put("length", (value, arguments) -> {
            arguments.bind("length", 0);
            return Values.length(value);
        });
        filters.put("count", filters.get("length"));
        filters.put("list", (value, arguments) -> {
            arguments.bind("list", 0);
            return Values.list(value);
        });
        filters.put("first", (value, arguments) -> {
            arguments.bind("first", 0);
            Iterator<Object> elements = Values.iterate(value);
            return elements.hasNext() ? elements.next() : new Undefined("No first item, sequence was empty.");
        });
        filters.put("last", SequenceFilters::last);
        filters.put("items", SequenceFilters::items);
        filters.put("reverse", SequenceFilters::reverse);
        filters.put("sort", SequenceFilters::sort);
        filters.put("dictsort", SequenceFilters::dictSort);
        filters.put("unique", SequenceFilters::unique);
        filters.put("min", (value, arguments) -> extreme("min", value, arguments));
        filters.put("max", (value, arguments) -> extreme("max", value, arguments));
        filters.put("sum", SequenceFilters::sum);
        filters.put("map", SequenceFilters::map);
        filters.put("select", (value, arguments) -> select(value, arguments, false, true));
        filters.put("reject", (value, arguments) -> select(value, arguments, false, false));
        filters.put("selectattr", (value, arguments) -> select(value, arguments, true, true));
        filters.put("rejectattr", (value, arguments) -> select(value, arguments, true, false));
        filters.put("groupby", SequenceFilters::groupBy);
        filters.put("batch", SequenceFilters::batch);
        filters.put("slice", SequenceFilters::slice);
    }

    /** The attribute named by a dotted path; whole numbers are indices. */
    static Object path(Object value, Object path) {
        if (path == null) {
            return value;
        }
        if (!(path instanceof Text text)) {
            return Access.item(value, path);
        }
        Object at = value;
        for (String step : text.value().split("\\.", -1)) {
            boolean index =
                    !step.isEmpty() && step.length() < 10 && step.chars().allMatch(c -> c >= '0' && c <= '9');
            at = Access.item(at, index ? (Object) Long.valueOf(step) : Text.of(step));
        }
        return at;
    }

    private static Object foldCase(Object value, boolean caseSensitive) {
        return value instanceof Text text && !caseSensitive
                ? Text.of(text.value().toLowerCase(Locale.ROOT))
                : value;
    }

    private static Object last(Object value, Arguments arguments) {
        arguments.bind("last", 0);
        if (value instanceof Lazy) {
            throw new TemplateFailure("'generator' object is not reversible");
        }
        List<Object> elements = Values.list(value);
        return elements.isEmpty()
                ? new Undefined("No last item, sequence was empty.")
                : elements.get(elements.size() - 1);
    }

    private static Object items(Object value, Arguments arguments) {
        arguments.bind("items", 0);
        if (value instanceof Undefined) {
            return Lazy.generator(Collections.emptyIterator());
        }
        if (value instanceof Dict dict) {
            return Lazy.generator(dict.items().iterator());
        }
        throw new TemplateFailure("Can only get item pairs from a mapping.");
    }

    private static Object reverse(Object value, Arguments arguments) {
        arguments.bind("reverse", 0);
        if (value instanceof Text text) {
            return Access.slice(text, null, null, -1L);
        }
        List<Object> elements = Values.list(value);
        Collections.reverse(elements);
        return value instanceof Lazy ? elements : new Lazy("reversed", elements.iterator());
    }

    /** The sort keys: one, or several separated by commas, each case-folded unless case matters. */
    private static List<Object> sortKeys(Object element, Object attribute, boolean caseSensitive) {
        if (attribute instanceof Text names) {
            List<Object> keys = new ArrayList<>();
            for (String name : names.value().split(",", -1)) {
                keys.add(foldCase(path(element, Text.of(name)), caseSensitive));
            }
            return keys;
        }
        return Arrays.asList(foldCase(path(element, attribute), caseSensitive));
    }

    private static Object sort(Object value, Arguments arguments) {
        Object[] given = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
        boolean caseSensitive = Values.isTrue(Arguments.or(given[1], false));
        Object attribute = Arguments.or(given[2], null);
        return sorted(
                Values.list(value),
                element -> sortKeys(element, attribute, caseSensitive),
                Values.isTrue(Arguments.or(given[0], false)));
    }

    /** Stable in both directions, as Python's sort. */
    private static List<Object> sorted(List<Object> elements, UnaryOperator<Object> key, boolean reverse) {
        record Keyed(Object key, Object element) {}
        List<Keyed> keyed = new ArrayList<>();
        elements.forEach(element -> keyed.add(new Keyed(key.apply(element), element)));
        Comparator<Keyed> order = (a, b) -> Values.compare("<", a.key(), b.key());
        keyed.sort(reverse ? order.reversed() : order);
        List<Object> result = new ArrayList<>();
        keyed.forEach(pair -> result.add(pair.element()));
        return result;
    }

    private static Object dictSort(Object value, Arguments arguments) {
        Object[] given = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
        boolean caseSensitive = Values.isTrue(Arguments.or(given[0], false));
        String by = PythonText.str(Arguments.or(given[1], Text.of("key"))).value();
        if (!by.equals("key") && !by.equals("value")) {
            throw new TemplateFailure("You can only sort by either \"key\" or \"value\"");
        }
        Values.failIfUndefined(value);
        if (!(value instanceof Dict dict)) {
            throw new TemplateFailure("dictsort needs a dict, not " + Values.typeName(value));
        }
        int position = by.equals("key") ? 0 : 1;
        return sorted(
                dict.items(),
                item -> foldCase(((Tuple) item).items().get(position), caseSensitive),
                Values.isTrue(Arguments.or(given[2], false)));
    }

    private static Object unique(Object value, Arguments arguments) {
        Object[] given = arguments.bind("unique", 0, "case_sensitive", "attribute");
        boolean caseSensitive = Values.isTrue(Arguments.or(given[0], false));
        Object attribute = Arguments.or(given[1], null);
        Set<Object> seen = new HashSet<>();
        List<Object> result = new ArrayList<>();
        Values.iterate(value).forEachRemaining(element -> {
            if (seen.add(Dict.hashable(foldCase(path(element, attribute), caseSensitive)))) {
                result.add(element);
            }
        });
        return Lazy.generator(result.iterator());
    }

    private static Object extreme(String name, Object value, Arguments arguments) {
        Object[] given = arguments.bind(name, 0, "case_sensitive", "attribute");
        boolean caseSensitive = Values.isTrue(Arguments.or(given[0], false));
        Object attribute = Arguments.or(given[1], null);
        Object best = Arguments.MISSING;
        for (Object element : Values.list(value)) {
            Object key = foldCase(path(element, attribute), caseSensitive);
            if (best == Arguments.MISSING
                    || Values.compares(
                            name.equals("min") ? "<" : ">", key, foldCase(path(best, attribute), caseSensitive))) {
                best = element;
            }
        }
        return best == Arguments.MISSING ? new Undefined("No aggregated item, sequence was empty.") : best;
    }

    private static Object sum(Object value, Arguments arguments) {
        Object[] given = arguments.bind("sum", 0, "attribute", "start");
        Object total = Arguments.or(given[1], 0L);
        for (Object element : Values.list(value)) {
            total = Values.arithmetic("+", total, path(element, Arguments.or(given[0], null)));
        }
        return total;
    }

    private static Object map(Object value, Arguments arguments) {
        UnaryOperator<Object> function;
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Object[] given = arguments.bind("map", 0, "attribute", "default");
            function = element -> {
                Object found = path(element, given[0]);
                return found instanceof Undefined && given[1] != Arguments.MISSING && given[1] != null
                        ? given[1]
                        : found;
            };
        } else {
            if (arguments.positional().isEmpty()) {
                throw new TemplateFailure("map requires a filter argument");
            }
            String name = PythonText.str(arguments.positional().get(0)).value();
            Arguments rest = new Arguments(
                    arguments.positional().subList(1, arguments.positional().size()), arguments.named());
            if (!Filters.exists(name)) {
                throw new TemplateFailure("No filter named '" + name + "'.");
            }
            function = element -> Filters.apply(name, element, rest);
        }
        return Values.isTrue(value)
                ? Lazy.generator(mapped(Values.iterate(value), function))
                : Lazy.generator(List.of().iterator());
    }

    private static Iterator<Object> mapped(Iterator<Object> source, UnaryOperator<Object> function) {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return source.hasNext();
            }

            @Override
            public Object next() {
                return function.apply(source.next());
            }
        };
    }

    private static Object select(Object value, Arguments arguments, boolean byAttribute, boolean keep) {
        List<Object> given = arguments.positional();
        int first = byAttribute ? 1 : 0;
        if (given.size() < first) {
            throw new TemplateFailure("Missing parameter for attribute name");
        }
        Object attribute = byAttribute ? given.get(0) : null;
        String test = given.size() > first ? PythonText.str(given.get(first)).value() : "";
        Arguments rest = given.size() > first
                ? new Arguments(given.subList(first + 1, given.size()), arguments.named())
                : Arguments.NONE;
        if (!test.isEmpty() && !JinjaTests.exists(test)) {
            throw new TemplateFailure("No test named '" + test + "'.");
        }
        if (!Values.isTrue(value)) {
            return Lazy.generator(Collections.emptyIterator());
        }
        Iterator<Object> source = Values.iterate(value);
        return Lazy.generator(new Iterator<Object>() {
            private Object ahead = Arguments.MISSING;

            @Override
            public boolean hasNext() {
                while (ahead == Arguments.MISSING && source.hasNext()) {
                    Object candidate = source.next();
                    Object tested = path(candidate, attribute);
                    if ((test.isEmpty() ? Values.isTrue(tested) : JinjaTests.test(test, tested, rest)) == keep) {
                        ahead = candidate;
                    }
                }
                return ahead != Arguments.MISSING;
            }

            @Override
            public Object next() {
                if (!hasNext()) {
                    throw new java.util.NoSuchElementException();
                }
                Object result = ahead;
                ahead = Arguments.MISSING;
                return result;
            }
        });
    }

    private static Object groupBy(Object value, Arguments arguments) {
        Object[] given = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
        boolean caseSensitive = Values.isTrue(Arguments.or(given[2], false));
        UnaryOperator<Object> key = element -> {
            Object found = path(element, given[0]);
            Object filled = found instanceof Undefined && Arguments.or(given[1], null) != null ? given[1] : found;
            return filled;
        };
        Map<Object, List<Object>> groups = new LinkedHashMap<>();
        for (Object element : sorted(Values.list(value), e -> foldCase(key.apply(e), caseSensitive), false)) {
            groups.computeIfAbsent(Dict.hashable(foldCase(key.apply(element), caseSensitive)), k -> new ArrayList<>())
                    .add(element);
        }
        List<Object> result = new ArrayList<>();
        groups.values().forEach(group -> result.add(new Tuple(Arrays.asList(key.apply(group.get(0)), group), true)));
        return result;
    }

    private static Object batch(Object value, Arguments arguments) {
        Object[] given = arguments.bind("batch", 1, "linecount", "fill_with");
        long size = Numbers.whole(given[0], "the size of batch");
        Object fill = Arguments.or(given[1], null);
        List<Object> batches = new ArrayList<>();
        List<Object> current = new ArrayList<>();
        for (Object element : Values.list(value)) {
            if (current.size() == size) {
                batches.add(current);
                current = new ArrayList<>();
            }
            current.add(element);
        }
        if (!current.isEmpty()) {
            Limits.checkItems(fill == null ? 0 : size);
            while (fill != null && current.size() < size) {
                current.add(fill);
            }
            batches.add(current);
        }
        return Lazy.generator(batches.iterator());
    }

    private static Object slice(Object value, Arguments arguments) {
        Object[] given = arguments.bind("slice", 1, "slices", "fill_with");
        long count = Numbers.whole(given[0], "the count of slice");
        Object fill = Arguments.or(given[1], null);
        if (count <= 0) {
            throw new TemplateFailure("slice needs a positive count");
        }
        Limits.checkItems(count);
        List<Object> elements = Values.list(value);
        int each = (int) (elements.size() / count);
        long longer = elements.size() % count;
        List<Object> slices = new ArrayList<>();
        int start = 0;
        for (long i = 0; i < count; i++) {
            int end = start + each + (i < longer ? 1 : 0);
            List<Object> part = new ArrayList<>(elements.subList(start, end));
            if (fill != null && i >= longer) {
                part.add(fill);
            }
            slices.add(part);
            start = end;
        }
        return Lazy.generator(slices.iterator());
    }
}
