package dev.newt.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a call, bound to parameters by Python's rules. */
record Arguments(List<Object> positional, Map<String, Object> named) {
    /** Stands for an argument that was not given. */
    static final Object MISSING = new Object();

    static final Arguments NONE = new Arguments(List.of(), Map.of());

    static Arguments of(Object... positional) {
        return new Arguments(java.util.Arrays.asList(positional), Map.of());
    }

    /** Binds by position or name; what is not given is {@link #MISSING}. */
    Object[] bind(String function, int required, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new TemplateFailure(function + "() takes at most " + parameters.length + " argument"
                    + (parameters.length == 1 ? "" : "s") + " (" + positional.size() + " given)");
        }
        Map<String, Object> rest = new LinkedHashMap<>(named);
        Object[] bound = new Object[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            boolean byName = rest.containsKey(parameters[i]);
            if (i < positional.size()) {
                if (byName) {
                    throw new TemplateFailure(function + "() got multiple values for argument '" + parameters[i] + "'");
                }
                bound[i] = positional.get(i);
            } else if (byName) {
                bound[i] = rest.remove(parameters[i]);
            } else if (i < required) {
                throw new TemplateFailure(function + "() is missing the argument '" + parameters[i] + "'");
            } else {
                bound[i] = MISSING;
            }
        }
        if (!rest.isEmpty()) {
            throw new TemplateFailure(function + "() got an unexpected keyword argument '"
                    + rest.keySet().iterator().next() + "'");
        }
        return bound;
    }

    /** Binds positional-only parameters, as most of Python's built-in methods have. */
    Object[] positional(String function, int required, int allowed) {
        if (!named.isEmpty()) {
            throw new TemplateFailure(function + "() takes no keyword arguments");
        }
        if (positional.size() < required || positional.size() > allowed) {
            throw new TemplateFailure(function + "() takes " + (required == allowed ? "" : required + " to ") + allowed
                    + " argument" + (allowed == 1 ? "" : "s") + " (" + positional.size() + " given)");
        }
        Object[] bound = new Object[allowed];
        for (int i = 0; i < allowed; i++) {
            bound[i] = i < positional.size() ? positional.get(i) : MISSING;
        }
        return bound;
    }

    static Object or(Object argument, Object orElse) {
        return argument == MISSING ? orElse : argument;
    }
}
