package dev.newt.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads keys and types off the configuration's records. */
final class Schema {
    /** Where keys may stand, in words, with the record that holds them. */
    private static final Map<String, Class<?>> LEVELS = new LinkedHashMap<>();

    static {
        LEVELS.put("on the top level", NewtConfig.class);
        LEVELS.put("in an entry of datasets", DatasetConfig.class);
        LEVELS.put("in the mapping under type, in an entry of datasets", PromptFormat.class);
        LEVELS.put("under special_tokens", SpecialTokens.class);
    }

    private static final Map<Class<?>, String> PREFIXES = Map.of(
            NewtConfig.class, "",
            DatasetConfig.class, "datasets[].",
            PromptFormat.class, "datasets[].type.",
            SpecialTokens.class, "special_tokens.");

    private Schema() {}

    /** {@code datasets[].path} for the key {@code path} of a data set; empty for a record that is no level of the file. */
    static Optional<String> path(Class<?> level, String key) {
        return Optional.ofNullable(PREFIXES.get(level)).map(prefix -> prefix + key);
    }

    /** The keys of a record and of the records within it that have no key of their own. */
    static Map<String, RecordComponent> keys(Class<?> type) {
        Map<String, RecordComponent> keys = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Key key = component.getAnnotation(Key.class);
            if (key == null) {
                keys.putAll(keys(component.getType()));
            } else {
                keys.put(key.value(), component);
            }
        }
        return keys;
    }

    /** All records of a configuration, the whole one first. */
    static Set<Class<?>> records() {
        Set<Class<?>> records = new LinkedHashSet<>();
        addRecords(NewtConfig.class, records);
        return records;
    }

    private static void addRecords(Type type, Set<Class<?>> records) {
        if (type instanceof ParameterizedType generic) {
            Arrays.stream(generic.getActualTypeArguments()).forEach(argument -> addRecords(argument, records));
        } else if (raw(type).isRecord() && records.add(raw(type))) {
            Arrays.stream(raw(type).getRecordComponents())
                    .forEach(component -> addRecords(component.getGenericType(), records));
        }
    }

    /** Another level on which the key is known. */
    static Optional<String> levelOf(String key, Class<?> besides) {
        return LEVELS.entrySet().stream()
                .filter(level ->
                        level.getValue() != besides && keys(level.getValue()).containsKey(key))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** {@code List} of {@code List<String>}. */
    static Class<?> raw(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }

    /** {@code String} of {@code List<String>} and of {@code Map<..., String>}. */
    static Type element(Type type) {
        Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
        return arguments[arguments.length - 1];
    }

    /** The same of a generic type, otherwise the type itself. */
    static Type elementOrSelf(Type type) {
        return type instanceof ParameterizedType ? element(type) : type;
    }
}
