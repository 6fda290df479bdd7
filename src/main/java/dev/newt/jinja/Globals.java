package dev.newt.jinja;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** The functions that every chat template may call. */
final class Globals {
    private Globals() {}

    static void define(Scope scope, ChatRequest request) {
        scope.set("range", (Function) Globals::range);
        scope.set("dict", (Function) Globals::dict);
        scope.set("namespace", (Function) Globals::namespace);
        scope.set("raise_exception", (Function) arguments -> {
            Object message = arguments.bind("raise_exception", 1, "message")[0];
            throw new TemplateFailure(PythonText.str(message).value());
        });
        scope.set("strftime_now", (Function) arguments -> {
            Object format = arguments.bind("strftime_now", 1, "format")[0];
            return Text.of(TimeFormat.format(
                    StringMethods.text(format, "strftime_now").value(), ZonedDateTime.now(request.clock())));
        });
        scope.set("cycler", (Function) Cycler::of);
        scope.set("joiner", (Function) Globals::joiner);
        scope.set("self", (Function) arguments -> {
            throw new TemplateFailure("'self' names blocks, which are not supported in chat templates");
        });
        scope.set("lipsum", (Function) arguments -> {
            throw new TemplateFailure("'lipsum' is not supported in chat templates");
        });
    }

    /** Nothing on the first call, the separator on every later one. */
    private static Object joiner(Arguments arguments) {
        Object separator = Arguments.or(arguments.bind("joiner", 0, "sep")[0], Text.of(", "));
        AtomicBoolean used = new AtomicBoolean();
        return (Function) call -> {
            call.positional("joiner", 0, 0);
            return used.getAndSet(true) ? separator : Text.EMPTY;
        };
    }

    private static Object range(Arguments arguments) {
        Object[] given = arguments.positional("range", 1, 3);
        long first = Numbers.whole(given[0], "an argument of range()");
        if (given[1] == Arguments.MISSING) {
            return new Range(0, first, 1);
        }
        return new Range(
                first,
                Numbers.whole(given[1], "an argument of range()"),
                given[2] == Arguments.MISSING ? 1 : Numbers.whole(given[2], "an argument of range()"));
    }

    private static Dict dict(Arguments arguments) {
        Dict dict = new Dict();
        if (arguments.positional().size() > 1) {
            throw new TemplateFailure("dict expected at most 1 argument, got "
                    + arguments.positional().size());
        }
        for (Object source : arguments.positional()) {
            Values.failIfUndefined(source);
            if (source instanceof Dict other) {
                dict.putAll(other);
                continue;
            }
            Values.iterate(source).forEachRemaining(pair -> {
                List<Object> parts = Values.list(pair);
                if (parts.size() != 2) {
                    throw new TemplateFailure(
                            "dictionary update sequence element has length " + parts.size() + "; 2 is required");
                }
                dict.put(parts.get(0), parts.get(1));
            });
        }
        arguments.named().forEach((name, value) -> dict.put(Text.of(name), value));
        return dict;
    }

    private static Namespace namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        for (Dict.Entry entry : dict(arguments).entries()) {
            namespace.set(PythonText.str(entry.key()).value(), entry.value());
        }
        return namespace;
    }
}
