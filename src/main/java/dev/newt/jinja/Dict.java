package dev.newt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A Python dict: insertion order, and keys that compare equal across number types ({@code 1 == 1.0 == True}). */
final class Dict {
    /** Not a message of the request. */
    static final int NO_MESSAGE = -1;

    record Entry(Object key, Object value) {}

    private final Map<Object, Entry> entries = new LinkedHashMap<>();
    private final int message;

    Dict() {
        this(NO_MESSAGE);
    }

    /** @param message the position in the request's messages, or {@link #NO_MESSAGE} */
    Dict(int message) {
        this.message = message;
    }

    int message() {
        return message;
    }

    int size() {
        return entries.size();
    }

    boolean contains(Object key) {
        return entries.containsKey(hashable(key));
    }

    /** The value, or {@code orElse} if the key is missing. */
    Object get(Object key, Object orElse) {
        Entry entry = entries.get(hashable(key));
        return entry == null ? orElse : entry.value();
    }

    void put(Object key, Object value) {
        Limits.checkItems(entries.size() + 1L);
        Object hashed = hashable(key);
        Entry old = entries.get(hashed);
        entries.put(hashed, new Entry(old == null ? key : old.key(), value));
    }

    void putAll(Dict other) {
        other.entries.values().forEach(entry -> put(entry.key(), entry.value()));
    }

    List<Entry> entries() {
        return new ArrayList<>(entries.values());
    }

    List<Object> keys() {
        List<Object> keys = new ArrayList<>();
        entries.values().forEach(entry -> keys.add(entry.key()));
        return keys;
    }

    List<Object> values() {
        List<Object> values = new ArrayList<>();
        entries.values().forEach(entry -> values.add(entry.value()));
        return values;
    }

    /** (key, value) tuples. */
    List<Object> items() {
        List<Object> items = new ArrayList<>();
        entries.values().forEach(entry -> items.add(new Tuple(java.util.Arrays.asList(entry.key(), entry.value()))));
        return items;
    }

    /** A substitute key whose Java equality agrees with Python's; refuses what Python cannot hash. */
    static Object hashable(Object key) {
        if (key instanceof Boolean flag) {
            return flag ? 1L : 0L;
        }
        if (key instanceof Double number) {
            if (number == Math.rint(number) && !Double.isInfinite(number)) {
                BigInteger whole = new BigDecimal(number).toBigInteger();
                return whole.bitLength() < Long.SIZE ? (Object) whole.longValue() : whole;
            }
            return number;
        }
        if (key instanceof Tuple tuple) {
            List<Object> parts = new ArrayList<>();
            tuple.items().forEach(item -> parts.add(hashable(item)));
            return parts;
        }
        boolean view = key instanceof DictView dictView && dictView.isSet();
        if (view || key instanceof List || key instanceof Dict) {
            throw new TemplateFailure("unhashable type: '" + Values.typeName(key) + "'");
        }
        return key;
    }
}
