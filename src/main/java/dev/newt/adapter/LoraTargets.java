package dev.newt.adapter;

import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Finds the modules that settings name, by peft's rules. */
public final class LoraTargets {
    private LoraTargets() {}

    /**
     * The projections to be adapted, in the order given.
     *
     * @param linearModules full names of all projections, such as {@code model.layers.0.self_attn.q_proj}
     * @throws UserException if a name meets no projection, or none is named at all
     */
    public static List<String> adapted(Targets targets, Collection<String> linearModules) {
        Set<String> found = new LinkedHashSet<>();
        List<String> unknown = new ArrayList<>();
        if (targets.allLinear()) {
            found.addAll(linearModules);
        }
        for (String name : targets.names()) {
            List<String> matches =
                    linearModules.stream().filter(m -> isOrEndsWith(m, name)).toList();
            if (matches.isEmpty()) {
                unknown.add(name);
            }
            found.addAll(matches);
        }
        if (!unknown.isEmpty()) {
            throw new UserException("lora_target_modules: no projection is named " + String.join(", ", unknown)
                    + "; this model has " + String.join(", ", shortNames(linearModules))
                    + ". The embedding and the head are trained in full by lora_modules_to_save");
        }
        targets.pattern().ifPresent(p -> found.addAll(matching(p, linearModules)));
        if (found.isEmpty()) {
            throw new UserException(
                    "the adapter has no target: set lora_target_linear: true or lora_target_modules to some of "
                            + String.join(", ", shortNames(linearModules)));
        }
        return linearModules.stream().filter(found::contains).toList();
    }

    private static List<String> matching(String regex, Collection<String> linearModules) {
        Pattern pattern;
        try {
            pattern = Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new UserException("lora_target_modules: not a regular expression: " + e.getMessage(), e);
        }
        List<String> matches =
                linearModules.stream().filter(m -> pattern.matcher(m).matches()).toList();
        if (matches.isEmpty()) {
            throw new UserException("lora_target_modules: the regular expression " + regex
                    + " matches the whole name of no projection; names look like "
                    + linearModules.iterator().next());
        }
        return matches;
    }

    /**
     * The modules to be trained in full, in the order given.
     *
     * @param modules full names of all modules that own a weight
     * @param adapted those that have an adapter
     * @throws UserException if a name meets no module, or one that is adapted
     */
    public static List<String> saved(List<String> modulesToSave, Collection<String> modules, Set<String> adapted) {
        Set<String> found = new LinkedHashSet<>();
        for (String name : modulesToSave) {
            List<String> matches =
                    modules.stream().filter(m -> m.endsWith(name)).toList();
            if (matches.isEmpty()) {
                throw new UserException("lora_modules_to_save: no module is named " + name + "; this model has "
                        + String.join(", ", shortNames(modules)));
            }
            for (String match : matches) {
                if (adapted.contains(match)) {
                    throw new UserException("lora_modules_to_save: " + match
                            + " is also adapted; name it there or in lora_target_modules, not in both");
                }
            }
            found.addAll(matches);
        }
        return modules.stream().filter(found::contains).distinct().toList();
    }

    private static boolean isOrEndsWith(String module, String name) {
        return module.equals(name) || module.endsWith("." + name);
    }

    private static Set<String> shortNames(Collection<String> modules) {
        Set<String> names = new TreeSet<>();
        modules.forEach(m -> names.add(m.substring(m.lastIndexOf('.') + 1)));
        return names;
    }
}
