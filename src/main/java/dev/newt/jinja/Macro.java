package dev.newt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A macro, or the body of a call block that a macro receives as {@code caller}.
 *
 * @param scope the scope of its definition, whose names its body sees
 */
record Macro(Definition definition, Scope scope) implements Function {
    /**
     * @param an absent expression means a parameter without a default
     * @param usesCaller whether the body reads {@code caller}; likewise {@code varargs} and {@code kwargs}
     */
    record Definition(
            String name,
            Map<String, Optional<Expr>> parameters,
            Stmt.Block body,
            boolean usesCaller,
            boolean usesVarargs,
            boolean usesKwargs) {}

    @Override
    public Object call(Arguments arguments) {
        Scope local = new Scope(scope);
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        bindParameters(arguments, named, local);
        bindRest(arguments, named, local);
        Limits limits = scope.execution().limits();
        limits.enterCall();
        TextBuilder out = new TextBuilder();
        definition.body.run(local, out);
        limits.leaveCall();
        return out.toText();
    }

    private void bindParameters(Arguments arguments, Map<String, Object> named, Scope local) {
        int position = 0;
        Map<String, Expr> defaults = new LinkedHashMap<>();
        for (Map.Entry<String, Optional<Expr>> parameter : definition.parameters.entrySet()) {
            String name = parameter.getKey();
            if (position < arguments.positional().size()) {
                local.set(name, arguments.positional().get(position));
            } else if (named.containsKey(name)) {
                local.set(name, named.remove(name));
            } else if (parameter.getValue().isPresent()) {
                local.set(name, Arguments.MISSING);
                defaults.put(name, parameter.getValue().get());
            } else {
                local.set(name, new Undefined("parameter '" + name + "' was not provided"));
            }
            position++;
        }
        defaults.forEach((name, value) -> local.set(name, value.eval(local)));
    }

    private void bindRest(Arguments arguments, Map<String, Object> named, Scope local) {
        if (definition.usesCaller && !definition.parameters.containsKey("caller")) {
            Object caller = named.remove("caller");
            local.set("caller", caller == null ? new Undefined("No caller defined") : caller);
        }
        if (definition.usesKwargs) {
            Dict rest = new Dict();
            named.forEach((name, value) -> rest.put(Text.of(name), value));
            local.set("kwargs", rest);
        } else if (!named.isEmpty()) {
            throw new TemplateFailure("macro '" + definition.name + "' takes no keyword argument '"
                    + named.keySet().iterator().next() + "'");
        }
        int declared = definition.parameters.size();
        List<Object> positional = arguments.positional();
        if (definition.usesVarargs) {
            local.set(
                    "varargs",
                    new Tuple(new ArrayList<>(
                            positional.subList(Math.min(declared, positional.size()), positional.size()))));
        } else if (positional.size() > declared) {
            throw new TemplateFailure(
                    "macro '" + definition.name + "' takes no more than " + declared + " argument(s)");
        }
    }

    /** An attribute, or {@link Arguments#MISSING}. */
    Object attribute(String name) {
        return switch (name) {
            case "name" -> Text.of(definition.name);
            case "arguments" -> {
                List<Object> names = new ArrayList<>();
                definition.parameters.keySet().forEach(parameter -> names.add(Text.of(parameter)));
                yield new Tuple(names);
            }
            case "catch_kwargs" -> definition.usesKwargs;
            case "catch_varargs" -> definition.usesVarargs;
            case "caller" -> definition.usesCaller;
            default -> Arguments.MISSING;
        };
    }
}
