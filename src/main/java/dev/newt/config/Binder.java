package dev.newt.config;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.Suggestion;
import dev.newt.config.yaml.YamlTree;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Fills records from a {@link YamlTree}, by the {@link Key} of each component. Goes on after an error, with the default or an empty value in
 * place of the bad one, so that all errors are found at once.
 */
final class Binder {
    private final List<Problem> problems;
    private final Positions positions;
    private final IneffectiveKeys ineffective = new IneffectiveKeys();

    Binder(List<Problem> problems, Positions positions) {
        this.problems = problems;
        this.positions = positions;
    }

    <T> T bind(Class<T> type, YamlTree.Mapping mapping) {
        T bound = type.cast(level(type, mapping, ""));
        ineffective.warning().ifPresent(problems::add);
        return bound;
    }

    /** A record whose keys are those of the mapping. */
    private Object level(Class<?> type, YamlTree.Mapping written, String path) {
        YamlTree.Mapping mapping = respelt(type, written, path);
        Set<String> known = Schema.keys(type).keySet();
        mapping.entries().forEach((key, entry) -> {
            if (!isNull(entry.value())) {
                positions.add(Positions.child(path, key), entry);
            }
            if (!known.contains(key)) {
                unknown(type, known, key, entry, Positions.child(path, key));
            }
        });
        return fill(type, mapping, path);
    }

    /** With new spellings for old ones. */
    private YamlTree.Mapping respelt(Class<?> type, YamlTree.Mapping mapping, String path) {
        YamlTree.Mapping respelt = new YamlTree.Mapping(mapping.place());
        mapping.entries().forEach((key, entry) -> {
            AxolotlKeys.Unbound old = AxolotlKeys.find(type, key)
                    .filter(found -> found.doc().status() == KeyStatus.OLD_SPELLING)
                    .orElse(null);
            if (old == null) {
                respelt.entries().put(key, entry);
            } else if (!old.asksForNothing(entry.value())) {
                respell(old, mapping, entry, path).ifPresent(value -> respelt.entries()
                        .put(old.doc().replacement().orElseThrow(), new YamlTree.Entry(entry.keyPlace(), value)));
            }
        });
        return respelt;
    }

    private Optional<YamlTree> respell(
            AxolotlKeys.Unbound old, YamlTree.Mapping mapping, YamlTree.Entry entry, String path) {
        String oldPath = Positions.child(path, old.doc().path());
        String key = old.doc().replacement().orElseThrow();
        YamlTree.Entry other = mapping.entries().get(key);
        if (other != null && !isNull(other.value())) {
            error(entry.keyPlace(), oldPath, oldPath + " and " + key + " say the same; keep " + key);
            return Optional.empty();
        }
        YamlTree value = old.newValue()
                .<YamlTree>map(text -> new YamlTree.Scalar(entry.value().place(), text, true))
                .orElse(entry.value());
        problems.add(new Problem(
                entry.keyPlace(),
                Problem.Severity.WARNING,
                oldPath + " is read as " + key + ": " + value.describe() + "; write that instead: "
                        + old.doc().text()));
        return Optional.of(value);
    }

    private Object fill(Class<?> type, YamlTree.Mapping mapping, String path) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            Key key = components[i].getAnnotation(Key.class);
            values[i] = key == null
                    ? fill(components[i].getType(), mapping, path)
                    : component(components[i], key, mapping, Positions.child(path, key.value()));
        }
        return construct(type, values);
    }

    private Object component(RecordComponent component, Key key, YamlTree.Mapping mapping, String path) {
        Type type = component.getGenericType();
        YamlTree.Entry entry = mapping.entries().get(key.value());
        boolean optional = Schema.raw(type) == Optional.class;
        if (entry != null && !isNull(entry.value())) {
            if (!key.deprecated().isEmpty()) {
                problems.add(new Problem(
                        entry.keyPlace(),
                        Problem.Severity.WARNING,
                        path + " is an old spelling; write " + key.deprecated()));
            }
            Optional<Object> value = value(optional ? Schema.element(type) : type, entry.value(), path);
            if (value.isPresent()) {
                return optional ? value : value.get();
            }
            positions.fail(path);
        } else if (!optional && key.byDefault().isEmpty() && !isCollection(type)) {
            Place place = path.equals(key.value()) ? Place.start(mapping.place().source()) : mapping.place();
            error(place, path, path + " is missing; it has no default");
        }
        if (optional) {
            return Optional.empty();
        }
        if (isCollection(type)) {
            return Schema.raw(type) == List.class ? List.of() : Map.of();
        }
        return key.byDefault().isEmpty()
                ? null
                : value(type, new YamlTree.Scalar(mapping.place(), key.byDefault(), true), path)
                        .orElseThrow();
    }

    private static boolean isCollection(Type type) {
        return Schema.raw(type) == List.class || Schema.raw(type) == Map.class;
    }

    /** Empty after an error. */
    private Optional<Object> value(Type type, YamlTree tree, String path) {
        Class<?> raw = Schema.raw(type);
        if (raw == List.class) {
            return list(Schema.element(type), tree, path);
        }
        if (raw == Map.class) {
            return map(Schema.element(type), tree, path);
        }
        if (Union.class.isAssignableFrom(raw)) {
            return union(raw, tree, path);
        }
        if (raw.isRecord()) {
            if (tree instanceof YamlTree.Mapping mapping) {
                return Optional.of(level(raw, mapping, path));
            }
            return refuse(tree, path, "a mapping, keys with values below it");
        }
        if (tree instanceof YamlTree.Scalar scalar) {
            return scalar(raw, scalar, path);
        }
        return refuse(tree, path, Scalars.expected(raw));
    }

    private Optional<Object> list(Type element, YamlTree tree, String path) {
        if (!(tree instanceof YamlTree.Sequence sequence)) {
            return refuse(tree, path, "a list, each item after a dash");
        }
        List<Object> values = new ArrayList<>();
        boolean good = true;
        for (int i = 0; i < sequence.items().size(); i++) {
            YamlTree item = sequence.items().get(i);
            String itemPath = path + "[" + i + "]";
            positions.add(itemPath, new YamlTree.Entry(item.place(), item));
            Optional<Object> value = value(element, item, itemPath);
            good &= value.isPresent();
            value.ifPresent(values::add);
        }
        return good ? Optional.of(Collections.unmodifiableList(values)) : Optional.empty();
    }

    private Optional<Object> map(Type element, YamlTree tree, String path) {
        if (!(tree instanceof YamlTree.Mapping mapping)) {
            return refuse(tree, path, "a mapping, keys with values below it");
        }
        Map<String, Object> values = new LinkedHashMap<>();
        boolean good = true;
        for (Map.Entry<String, YamlTree.Entry> entry : mapping.entries().entrySet()) {
            String entryPath = Positions.child(path, entry.getKey());
            positions.add(entryPath, entry.getValue());
            Optional<Object> value = value(element, entry.getValue().value(), entryPath);
            good &= value.isPresent();
            value.ifPresent(bound -> values.put(entry.getKey(), bound));
        }
        return good ? Optional.of(Collections.unmodifiableMap(values)) : Optional.empty();
    }

    /** Picks the component that takes a value of this form. */
    private Optional<Object> union(Class<?> type, YamlTree tree, String path) {
        RecordComponent[] forms = type.getRecordComponents();
        for (int i = 0; i < forms.length; i++) {
            Type form = Schema.element(forms[i].getGenericType());
            if (formOf(form).isInstance(tree)) {
                Optional<Object> value = value(form, tree, path);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                Object[] values = new Object[forms.length];
                Arrays.fill(values, Optional.empty());
                values[i] = value;
                return Optional.of(construct(type, values));
            }
        }
        return refuse(tree, path, type == DatasetType.class ? "text or a mapping" : "text or a list");
    }

    private static Class<? extends YamlTree> formOf(Type type) {
        if (Schema.raw(type) == List.class) {
            return YamlTree.Sequence.class;
        }
        return Schema.raw(type).isRecord() ? YamlTree.Mapping.class : YamlTree.Scalar.class;
    }

    private Optional<Object> scalar(Class<?> type, YamlTree.Scalar scalar, String path) {
        if (scalar.isNull()) {
            error(scalar.place(), path, path + " is empty; write a value or remove the line");
            return Optional.empty();
        }
        Optional<Object> value = Scalars.parse(type, scalar);
        if (value.isEmpty()) {
            String right = AxolotlValues.has(path, scalar.text())
                    ? "that is not supported yet; it takes " + Scalars.choices(type)
                    : Scalars.right(type, scalar);
            error(scalar.place(), path, path + " is " + scalar.describe() + "; " + right);
        }
        if (value.orElse(null) instanceof Choice choice) {
            choice.note()
                    .ifPresent(note -> problems.add(
                            new Problem(scalar.place(), Problem.Severity.WARNING, path + ": " + note).ofKey(path)));
        }
        return value;
    }

    private void unknown(Class<?> type, Set<String> known, String key, YamlTree.Entry entry, String path) {
        Optional<AxolotlKeys.Unbound> unbound = AxolotlKeys.find(type, key);
        if (unbound.isPresent()) {
            judge(unbound.get(), path, entry);
            return;
        }
        Set<String> candidates = new HashSet<>(known);
        if (type == NewtConfig.class) {
            candidates.addAll(AxolotlKeys.names());
        }
        String right = Schema.levelOf(key, type)
                .map(level -> key + " belongs " + level)
                .or(() -> Suggestion.nearest(key, candidates).map(near -> "did you mean " + near + "?"))
                .orElse("remove it");
        problems.add(Problem.error(entry.keyPlace(), path + " is not a known key; " + right)
                .about(path)
                .seeAlso("docs/config-compatibility.md"));
        positions.fail(path);
    }

    private void judge(AxolotlKeys.Unbound unbound, String path, YamlTree.Entry entry) {
        if (unbound.asksForNothing(entry.value())) {
            return;
        }
        if (unbound.doc().status() == KeyStatus.NO_EFFECT) {
            unbound.values()
                    .firstRefused(entry.value())
                    .ifPresentOrElse(
                            value -> error(
                                    value.place(),
                                    path,
                                    path + " is " + value.describe()
                                            + "; that is not supported yet, and a run without it would do something else;"
                                            + " remove it"),
                            () -> ineffective.add(
                                    path, entry.keyPlace(), unbound.doc().text()));
            judgeBelow(unbound, path, entry.value());
        } else {
            error(
                    entry.keyPlace(),
                    path,
                    path + " is not supported yet; " + unbound.doc().text());
        }
    }

    /** What stands below a key without effect may ask for something. */
    private void judgeBelow(AxolotlKeys.Unbound above, String path, YamlTree value) {
        if (value instanceof YamlTree.Mapping mapping) {
            mapping.entries().forEach((key, entry) -> AxolotlKeys.at(above.doc().path() + "." + key)
                    .filter(below -> below.doc().status() != KeyStatus.NO_EFFECT
                            || below.values().firstRefused(entry.value()).isPresent())
                    .ifPresent(below -> judge(below, path + "." + key, entry)));
        }
    }

    private Optional<Object> refuse(YamlTree tree, String path, String expected) {
        error(tree.place(), path, path + " is " + tree.describe() + "; it takes " + expected);
        return Optional.empty();
    }

    private void error(Place place, String path, String message) {
        problems.add(Problem.error(place, message).ofKey(path));
        positions.fail(path);
    }

    private static boolean isNull(YamlTree tree) {
        return tree instanceof YamlTree.Scalar scalar && scalar.isNull();
    }

    private static Object construct(Class<?> type, Object[] values) {
        Class<?>[] types = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(type + " cannot be made", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
