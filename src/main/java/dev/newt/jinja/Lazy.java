package dev.newt.jinja;

import java.util.Iterator;

/** A Python iterator: consumed by one pass, without a length, and without a predictable printed form. */
final class Lazy implements Iterator<Object> {
    private final String typeName;
    private final Iterator<?> source;

    Lazy(String typeName, Iterator<?> source) {
        this.typeName = typeName;
        this.source = source;
    }

    static Lazy generator(Iterator<?> source) {
        return new Lazy("generator", source);
    }

    String typeName() {
        return typeName;
    }

    @Override
    public boolean hasNext() {
        return source.hasNext();
    }

    @Override
    public Object next() {
        return source.next();
    }
}
