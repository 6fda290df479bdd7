package dev.newt.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Jinja's {@code loop} variable. It looks ahead in the iterable only when asked for what lies ahead. */
final class LoopState implements Function {
    private final Function recursion;
    private final int depth;
    private Iterator<Object> rest;
    private Object previous = new Undefined("there is no previous item");
    private Object current = Arguments.MISSING;
    private Object lookedAhead = Arguments.MISSING;
    private List<Object> lastChanged;
    private long index0 = -1;
    private long length = -1;

    /** @param recursion renders the loop again for {@code loop(children)} */
    LoopState(Iterator<Object> elements, int depth, Function recursion) {
        this.rest = elements;
        this.depth = depth;
        this.recursion = recursion;
    }

    boolean advance() {
        if (lookedAhead == Arguments.MISSING && !rest.hasNext()) {
            return false;
        }
        if (current != Arguments.MISSING) {
            previous = current;
        }
        current = lookedAhead == Arguments.MISSING ? rest.next() : lookedAhead;
        lookedAhead = Arguments.MISSING;
        index0++;
        return true;
    }

    Object current() {
        return current;
    }

    /** The remaining items, which Python's iteration over the loop variable consumes. */
    Iterator<Object> iterator() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return lookedAhead != Arguments.MISSING || rest.hasNext();
            }

            @Override
            public Object next() {
                advance();
                return new Tuple(java.util.Arrays.asList(current, LoopState.this));
            }
        };
    }

    private boolean hasMore() {
        if (lookedAhead == Arguments.MISSING && rest.hasNext()) {
            lookedAhead = rest.next();
        }
        return lookedAhead != Arguments.MISSING;
    }

    long length() {
        if (length < 0) {
            List<Object> ahead = new ArrayList<>();
            rest.forEachRemaining(element -> {
                Limits.checkItems(ahead.size() + 1L);
                ahead.add(element);
            });
            length = index0 + 1 + (lookedAhead == Arguments.MISSING ? 0 : 1) + ahead.size();
            rest = ahead.iterator();
        }
        return length;
    }

    /** An attribute, or {@link Arguments#MISSING}. */
    Object attribute(String name) {
        return switch (name) {
            case "index" -> index0 + 1;
            case "index0" -> index0;
            case "first" -> index0 == 0;
            case "last" -> !hasMore();
            case "length" -> length();
            case "revindex" -> length() - index0;
            case "revindex0" -> length() - index0 - 1;
            case "previtem" -> previous;
            case "nextitem" -> hasMore() ? lookedAhead : new Undefined("there is no next item");
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "cycle" -> (Function) this::cycle;
            case "changed" -> (Function) this::changed;
            default -> Arguments.MISSING;
        };
    }

    private Object cycle(Arguments arguments) {
        List<Object> values = arguments.positional();
        if (values.isEmpty()) {
            throw new TemplateFailure("no items for cycling given");
        }
        return values.get((int) (index0 % values.size()));
    }

    private Object changed(Arguments arguments) {
        boolean same = lastChanged != null && Values.equal(lastChanged, arguments.positional());
        lastChanged = arguments.positional();
        return !same;
    }

    @Override
    public Object call(Arguments arguments) {
        return recursion.call(arguments);
    }
}
