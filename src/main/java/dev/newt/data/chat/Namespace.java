package dev.newt.data.chat;

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

    void set(String name, Object value) {
        attributes.put(name, value);
    }
}
