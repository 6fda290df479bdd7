package dev.newt.config.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML value with its position. Aliases are expanded, merge keys applied. Lists and mappings may be changed by overrides. */
public sealed interface YamlTree {
    Place place();

    /** In words, for messages. */
    String describe();

    /**
     * A scalar.
     *
     * @param text as written, without quotes
     * @param plain written without quotes or block style, so that it may be a number or boolean
     */
    record Scalar(Place place, String text, boolean plain) implements YamlTree {
        private static final int SHOWN = 40;

        public boolean isNull() {
            return plain && (text.isEmpty() || text.equals("~") || text.equalsIgnoreCase("null"));
        }

        @Override
        public String describe() {
            String line = text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t");
            String start = line.codePointCount(0, line.length()) <= SHOWN
                    ? line
                    : line.substring(0, line.offsetByCodePoints(0, SHOWN)) + "...";
            return plain ? start : "\"" + start + "\"";
        }
    }

    /** A list. */
    record Sequence(Place place, List<YamlTree> items) implements YamlTree {
        public Sequence(Place place) {
            this(place, new ArrayList<>());
        }

        @Override
        public String describe() {
            return items.isEmpty() ? "an empty list" : "a list";
        }
    }

    /** A mapping with text keys, in the order of the file. */
    record Mapping(Place place, Map<String, Entry> entries) implements YamlTree {
        public Mapping(Place place) {
            this(place, new LinkedHashMap<>());
        }

        @Override
        public String describe() {
            return entries.isEmpty() ? "an empty mapping" : "a mapping";
        }
    }

    /** A key with its value. */
    record Entry(Place keyPlace, YamlTree value) {}
}
