package dev.newt.config.yaml;

import java.util.Comparator;

/**
 * Where a key or a value is written.
 *
 * @param source the file as the user named it, or {@code argument 'key=value'}
 * @param line from 1; 0 in an argument, which needs none
 * @param column in characters, from 1; 0 in an argument
 */
public record Place(String source, int line, int column) implements Comparable<Place> {
    private static final Comparator<Place> ORDER = Comparator.comparing((Place place) -> place.line == 0)
            .thenComparingInt(Place::line)
            .thenComparingInt(Place::column);

    public static Place argument(String argument) {
        return new Place("argument '" + argument + "'", 0, 0);
    }

    /** The file's places in reading order, then the arguments. */
    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return line == 0 ? source : source + ":" + line + ":" + column;
    }
}
