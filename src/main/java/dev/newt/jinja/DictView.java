package dev.newt.jinja;

import java.util.List;

/** The result of a dict's keys(), values() or items(). */
record DictView(Kind kind, Dict dict) {
    enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String typeName;

        Kind(String typeName) {
            this.typeName = typeName;
        }
    }

    /** Whether Python compares it as a set; values() is equal only to itself. */
    boolean isSet() {
        return kind != Kind.VALUES;
    }

    String typeName() {
        return kind.typeName;
    }

    List<Object> elements() {
        return switch (kind) {
            case KEYS -> dict.keys();
            case VALUES -> dict.values();
            case ITEMS -> dict.items();
        };
    }
}
