package dev.newt.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run's result depends on. A checkpoint is resumed only by a run with the same identity.
 *
 * @param plan hash of the settings
 * @param settings that the hash is made of, by their keys, to say what another hash comes from; unset ones are left out
 * @param data names the rows, as they were prepared
 * @param weights names the content of the base model's files; empty where weights are drawn at random
 */
public record RunIdentity(String plan, SortedMap<String, String> settings, String data, String weights) {
    private static final String UNSET = "unset";

    public RunIdentity {
        settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    /** One text for all of it, without spaces. */
    public String hash() {
        return plan + "-" + data + (weights.isEmpty() ? "" : "-" + weights);
    }

    /** The settings that an earlier run had otherwise, a phrase for each key. */
    List<String> differences(RunIdentity earlier) {
        List<String> differences = new ArrayList<>();
        TreeSet<String> keys = new TreeSet<>(settings.keySet());
        keys.addAll(earlier.settings.keySet());
        for (String key : keys) {
            String was = earlier.settings.getOrDefault(key, UNSET);
            String is = settings.getOrDefault(key, UNSET);
            if (!was.equals(is)) {
                differences.add(key + ": was " + was + ", is " + is);
            }
        }
        return differences;
    }

    /** Whether the base model's files have another content. */
    boolean hasOtherWeights(RunIdentity earlier) {
        return !weights.equals(earlier.weights);
    }

    /** The identity of a run that is described by one text alone. */
    public static RunIdentity named(String name) {
        return new RunIdentity(name, Collections.emptySortedMap(), "", "");
    }
}
