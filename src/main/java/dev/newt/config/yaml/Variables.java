package dev.newt.config.yaml;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Substitutes environment variables in values: <code>${env:NAME}</code>, or <code>${env:NAME:-default}</code> for one that may be unset or
 * empty. <code>$${</code> stands for <code>${</code>. An unquoted value is parsed as YAML afterwards, so a number may come from a
 * variable.
 */
public final class Variables {
    private static final String START = "${env:";
    private static final String ESCAPED = "$${";
    private static final String DEFAULT = ":-";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private final Function<String, Optional<String>> environment;
    private final List<Problem> problems;

    public Variables(Function<String, Optional<String>> environment, List<Problem> problems) {
        this.environment = environment;
        this.problems = problems;
    }

    /** Substitutes in all values of the tree. */
    public void resolveAll(YamlTree tree) {
        if (tree instanceof YamlTree.Mapping mapping) {
            mapping.entries().replaceAll((key, entry) -> new YamlTree.Entry(entry.keyPlace(), resolved(entry.value())));
        } else if (tree instanceof YamlTree.Sequence list) {
            list.items().replaceAll(this::resolved);
        }
    }

    private YamlTree resolved(YamlTree tree) {
        if (tree instanceof YamlTree.Scalar scalar) {
            return resolve(scalar).orElse(scalar);
        }
        resolveAll(tree);
        return tree;
    }

    /** Empty, with a problem, if a variable is not set. */
    Optional<YamlTree.Scalar> resolve(YamlTree.Scalar scalar) {
        String text = scalar.text();
        if (!text.contains("${")) {
            return Optional.of(scalar);
        }
        StringBuilder resolved = new StringBuilder();
        Optional<String> first = Optional.empty();
        int at = 0;
        while (at < text.length()) {
            if (text.startsWith(ESCAPED, at)) {
                resolved.append("${");
                at += ESCAPED.length();
            } else if (text.startsWith(START, at)) {
                int end = text.indexOf('}', at);
                if (end < 0) {
                    return refuse(
                            scalar, text.substring(at) + " has no end; write ${env:NAME} or ${env:NAME:-default}");
                }
                String inner = text.substring(at + START.length(), end);
                String name = inner.contains(DEFAULT) ? inner.substring(0, inner.indexOf(DEFAULT)) : inner;
                Optional<String> value = value(scalar, inner, name);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                first = first.or(() -> Optional.of(name));
                resolved.append(value.get());
                at = end + 1;
            } else {
                resolved.append(text.charAt(at++));
            }
        }
        Place place = scalar.place();
        return Optional.of(new YamlTree.Scalar(
                first.map(name -> place.from(new Place.Variable(name, text))).orElse(place),
                resolved.toString(),
                scalar.plain()));
    }

    private Optional<String> value(YamlTree.Scalar scalar, String inner, String name) {
        if (!NAME.matcher(name).matches()) {
            refuse(scalar, "${env:" + inner + "} names no variable; write ${env:NAME} or ${env:NAME:-default}");
            return Optional.empty();
        }
        Optional<String> value = environment.apply(name);
        if (inner.contains(DEFAULT)) {
            String otherwise = inner.substring(inner.indexOf(DEFAULT) + DEFAULT.length());
            return Optional.of(value.filter(set -> !set.isEmpty()).orElse(otherwise));
        }
        if (value.isEmpty()) {
            refuse(
                    scalar,
                    "the environment variable " + name + " is not set; set it, or write a default: ${env:" + name
                            + ":-value}");
        }
        return value;
    }

    private Optional<YamlTree.Scalar> refuse(YamlTree.Scalar scalar, String message) {
        problems.add(Problem.error(scalar.place(), message).seeAlso("docs/configuration.md"));
        return Optional.empty();
    }
}
