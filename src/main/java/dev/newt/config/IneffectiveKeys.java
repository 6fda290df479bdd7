package dev.newt.config;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Collects the keys of a file that change nothing, to tell them in one warning, each with its reason. */
final class IneffectiveKeys {
    private final Map<String, List<String>> pathsByReason = new LinkedHashMap<>();
    private Optional<Place> first = Optional.empty();

    void add(String path, Place place, String reason) {
        first = first.filter(known -> known.compareTo(place) <= 0).or(() -> Optional.of(place));
        pathsByReason.computeIfAbsent(reason, r -> new ArrayList<>()).add(path);
    }

    /** At the first of them; nothing if there are none. */
    Optional<Problem> warning() {
        boolean one = pathsByReason.values().stream().mapToInt(List::size).sum() == 1;
        String message = one
                ? pathsByReason.entrySet().stream()
                        .map(entry -> entry.getValue().get(0) + " has no effect here: " + entry.getKey())
                        .collect(Collectors.joining())
                : pathsByReason.entrySet().stream()
                        .map(entry -> String.join(", ", entry.getValue()) + " (" + entry.getKey() + ")")
                        .collect(Collectors.joining("; ", "these keys have no effect here: ", ""));
        return first.map(place -> new Problem(place, Problem.Severity.WARNING, message));
    }
}
