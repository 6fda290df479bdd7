package dev.newt.config.yaml;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A tree as a list of its scalars, such as {@code datasets[0].path} to {@code rows.jsonl}, with secrets masked. */
public final class FlatValues {
    private static final Pattern CREDENTIALS = Pattern.compile("(\\w://)[^/@\\s]+@");

    private final Map<String, String> values = new LinkedHashMap<>();

    private FlatValues() {}

    /** In the order of the file; an empty list is {@code []}, an empty mapping {@code {}}, unset values are left out. */
    public static Map<String, String> of(YamlTree.Mapping root) {
        FlatValues flat = new FlatValues();
        flat.add(root, "");
        return flat.values;
    }

    private void add(YamlTree value, String path) {
        if (value instanceof YamlTree.Mapping mapping) {
            mapping.entries().forEach((key, entry) -> add(entry.value(), path.isEmpty() ? key : path + "." + key));
            if (mapping.entries().isEmpty() && !path.isEmpty()) {
                values.put(path, "{}");
            }
        } else if (value instanceof YamlTree.Sequence list) {
            List<YamlTree> items = list.items();
            for (int i = 0; i < items.size(); i++) {
                add(items.get(i), path + "[" + i + "]");
            }
            if (items.isEmpty()) {
                values.put(path, "[]");
            }
        } else if (value instanceof YamlTree.Scalar scalar && !scalar.isNull()) {
            values.put(path, Secrets.isSecret(path) ? masked(scalar) : shown(scalar.text()));
        }
    }

    /** An address may contain a password. */
    private static String shown(String text) {
        return CREDENTIALS.matcher(text).replaceAll("$1" + Matcher.quoteReplacement(Secrets.MASK) + "@");
    }

    /** The name of a variable is no secret. */
    private static String masked(YamlTree.Scalar scalar) {
        Optional<Place.Variable> variable = scalar.place().variable();
        return variable.map(Place.Variable::written).orElse(Secrets.MASK);
    }
}
