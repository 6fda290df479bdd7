package dev.newt.report.mlflow;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A configuration's values as MLflow parameters, split into parts that fit one request. */
final class MlflowParams {
    private static final int MOST_AT_ONCE = 100;
    /** The lengths that servers of all versions accept. */
    private static final int LONGEST_KEY = 250;

    private static final int LONGEST_VALUE = 500;

    private MlflowParams() {}

    static List<Map<String, String>> of(Map<String, String> configuration) {
        List<Map<String, String>> parts = new ArrayList<>();
        Map<String, String> part = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : configuration.entrySet()) {
            if (part.size() == MOST_AT_ONCE) {
                parts.add(part);
                part = new LinkedHashMap<>();
            }
            part.put(key(entry.getKey()), cut(entry.getValue(), LONGEST_VALUE));
        }
        if (!part.isEmpty()) {
            parts.add(part);
        }
        return parts;
    }

    /** {@code datasets[0].path} is {@code datasets.0.path}: keys may hold only letters, digits, {@code _ - . /} and spaces. */
    private static String key(String path) {
        return cut(path.replaceAll("\\[(\\d+)]", ".$1").replaceAll("[^A-Za-z0-9_./ -]", "_"), LONGEST_KEY);
    }

    private static String cut(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length - 3) + "...";
    }
}
