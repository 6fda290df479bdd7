package dev.newt.jinja;

import java.util.HashMap;
import java.util.Map;

/** The names of one block and, through its parent, of the blocks around it. Assignments stay in the innermost. */
final class Scope {
    private final Scope parent;
    private final Execution execution;
    private final Map<String, Object> names = new HashMap<>();

    Scope(Execution execution) {
        this.parent = null;
        this.execution = execution;
    }

    Scope(Scope parent) {
        this.parent = parent;
        this.execution = parent.execution;
    }

    Execution execution() {
        return execution;
    }

    void set(String name, Object value) {
        names.put(name, value);
    }

    /** The value, or an undefined value. */
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            Object value = scope.names.get(name);
            if (value != null || scope.names.containsKey(name)) {
                return value == Arguments.MISSING ? Undefined.name(name) : value;
            }
        }
        return Undefined.name(name);
    }
}
