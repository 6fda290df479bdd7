package dev.newt.config.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Changes a configuration by arguments {@code path=value}: keys joined by dots, items of lists as {@code [0]}, with the value in YAML.
 * {@code datasets[0].path=rows.jsonl}. The item after a list's last one is appended.
 */
public final class Overrides {
    private static final Pattern STEP = Pattern.compile("([^.\\[\\]=\\s]+)|\\[(\\d{1,6})]");

    private final List<Problem> problems;

    public Overrides(List<Problem> problems) {
        this.problems = problems;
    }

    public void apply(YamlTree.Mapping root, String argument) {
        Place place = Place.argument(argument);
        int equals = argument.indexOf('=');
        if (equals <= 0) {
            error(place, "an override has the form key=value, for example learning_rate=2e-4");
            return;
        }
        List<Object> path = path(argument.substring(0, equals));
        if (path.isEmpty()) {
            error(place, argument.substring(0, equals) + " is not a path of keys; write key, key.key or key[0].key");
            return;
        }
        if (path.get(0).equals(Composer.EXTENDS)) {
            error(place, "extends is allowed only in files; write it in the configuration");
            return;
        }
        if (path.size() > YamlReader.MAX_DEPTH) {
            error(
                    place,
                    "the path has more than " + YamlReader.MAX_DEPTH + " steps; a configuration needs four levels");
            return;
        }
        YamlReader.readArgument(place, argument.substring(equals + 1), problems)
                .ifPresent(value -> put(root, path, value, place));
    }

    /** Keys as text, positions as {@code Integer}; empty if the text is not a path. */
    private static List<Object> path(String text) {
        List<Object> path = new ArrayList<>();
        Matcher matcher = STEP.matcher(text);
        int at = 0;
        while (at < text.length()) {
            boolean dot = !path.isEmpty() && text.charAt(at) == '.';
            if (!matcher.find(at) || matcher.start() != at + (dot ? 1 : 0)) {
                return List.of();
            }
            boolean index = matcher.group(2) != null;
            if (index ? dot || path.isEmpty() : !dot && !path.isEmpty()) {
                return List.of();
            }
            path.add(index ? Integer.valueOf(matcher.group(2)) : matcher.group(1));
            at = matcher.end();
        }
        return path;
    }

    private void put(YamlTree.Mapping root, List<Object> path, YamlTree value, Place place) {
        YamlTree at = root;
        for (int i = 0; i < path.size(); i++) {
            boolean last = i + 1 == path.size();
            YamlTree next = last ? value : child(at, path.get(i));
            if (next == null || isNull(next) && !last) {
                next = path.get(i + 1) instanceof Integer ? new YamlTree.Sequence(place) : new YamlTree.Mapping(place);
            }
            if (path.get(i) instanceof Integer index) {
                if (!(at instanceof YamlTree.Sequence list)) {
                    error(place, name(path, i) + " is not a list; write its keys after a dot");
                    return;
                }
                if (index > list.items().size()) {
                    error(
                            place,
                            name(path, i) + " has " + list.items().size() + " items, so [" + index
                                    + "] does not exist; the first is [0]");
                    return;
                }
                if (index == list.items().size()) {
                    list.items().add(next);
                } else {
                    list.items().set(index, next);
                }
            } else {
                if (!(at instanceof YamlTree.Mapping mapping)) {
                    boolean list = at instanceof YamlTree.Sequence;
                    error(
                            place,
                            name(path, i)
                                    + (list
                                            ? " is a list; name the item, as in " + name(path, i) + "[0]." + path.get(i)
                                            : " has no keys below it"));
                    return;
                }
                mapping.entries().put((String) path.get(i), new YamlTree.Entry(place, next));
            }
            at = next;
        }
    }

    private static YamlTree child(YamlTree parent, Object step) {
        if (parent instanceof YamlTree.Mapping mapping && step instanceof String key) {
            YamlTree.Entry entry = mapping.entries().get(key);
            return entry == null ? null : entry.value();
        }
        if (parent instanceof YamlTree.Sequence list
                && step instanceof Integer index
                && index < list.items().size()) {
            return list.items().get(index);
        }
        return null;
    }

    private static boolean isNull(YamlTree tree) {
        return tree instanceof YamlTree.Scalar scalar && scalar.isNull();
    }

    private static String name(List<Object> path, int steps) {
        StringBuilder name = new StringBuilder();
        for (Object step : path.subList(0, steps)) {
            name.append(step instanceof Integer ? "[" + step + "]" : (name.isEmpty() ? "" : ".") + step);
        }
        return name.toString();
    }

    private void error(Place place, String message) {
        problems.add(Problem.error(place, message));
    }
}
