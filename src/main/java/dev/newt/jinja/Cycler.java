package dev.newt.jinja;

import java.util.List;

/** Jinja's cycler: values in turn, over several loops. */
final class Cycler {
    private final List<Object> items;
    private int position;

    private Cycler(List<Object> items) {
        this.items = items;
    }

    static Cycler of(Arguments arguments) {
        if (!arguments.named().isEmpty()) {
            throw new TemplateFailure("cycler() takes no keyword arguments");
        }
        if (arguments.positional().isEmpty()) {
            throw new TemplateFailure("at least one item has to be provided");
        }
        return new Cycler(arguments.positional());
    }

    /** An attribute, or {@link Arguments#MISSING}. */
    Object attribute(String name) {
        return switch (name) {
            case "current" -> items.get(position);
            case "items" -> new Tuple(items);
            case "pos" -> (long) position;
            case "next" -> (Function) arguments -> {
                arguments.positional("next", 0, 0);
                Object current = items.get(position);
                position = (position + 1) % items.size();
                return current;
            };
            case "reset" -> (Function) arguments -> {
                arguments.positional("reset", 0, 0);
                position = 0;
                return null;
            };
            default -> Arguments.MISSING;
        };
    }
}
