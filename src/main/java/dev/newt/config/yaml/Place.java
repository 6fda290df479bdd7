package dev.newt.config.yaml;

import java.util.Comparator;
import java.util.Optional;

/**
 * The position of a key or a value.
 *
 * @param line from 1; 0 in an argument, which has no lines
 * @param column in characters, from 1; 0 in an argument
 * @param length of the text in characters, up to the end of this line; 0 for a place without text, such as a whole file
 * @param variable the environment variable that supplied the value
 */
public record Place(Source source, int line, int column, int length, Optional<Variable> variable)
        implements Comparable<Place> {
    private static final Comparator<Place> ORDER = Comparator.comparingInt((Place place) -> place.source.order())
            .thenComparingInt(Place::line)
            .thenComparingInt(Place::column);

    /**
     * An environment variable that supplied a value.
     *
     * @param name its name; the first one's if there are several
     * @param written the value as it stands in the file, such as <code>${env:RANK:-16}</code>
     */
    public record Variable(String name, String written) {}

    public Place(Source source, int line, int column, int length) {
        this(source, line, column, length, Optional.empty());
    }

    /** The whole of a file. */
    public static Place start(Source source) {
        return new Place(source, 1, 1, 0);
    }

    public static Place argument(String argument) {
        return new Place(Source.argument(argument), 0, 0, 0);
    }

    Place from(Variable origin) {
        return new Place(source, line, column, length, Optional.of(origin));
    }

    /** The same place, without text to show. */
    Place withoutText() {
        return new Place(source, line, column, 0, variable);
    }

    /** The places of each file in reading order, then the arguments. */
    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return line == 0 ? source.name() : source.name() + ":" + line + ":" + column;
    }
}
