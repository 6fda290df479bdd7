package dev.newt.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** Jinja's namespace(): the one object that a template may change. */
final class Namespace {
    private final Map<String, Object> attributes = new LinkedHashMap<>();

    Object get(String name) {
        return attributes.containsKey(name)
                ? attributes.get(name)
                : new Undefined("'namespace object' has no attribute '" + name + "'");
    }

    Dict asDict() {
        Dict dict = new Dict();
        attributes.forEach((name, value) -> dict.put(Text.of(name), value));
        return dict;
    }

    void set(String name, Object value) {
        attributes.put(name, value);
    }
}
