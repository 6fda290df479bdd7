package dev.newt.jinja;

import dev.newt.jinja.Mark.Run;
import java.util.ArrayList;
import java.util.List;

/**
 * A template string: characters and what is known about their origin.
 *
 * <p>Concatenating and slicing keep marks; an operation that rewrites characters drops the marks of what it rewrites. Two texts are equal when
 * their characters are. Indices are UTF-16 code units, as in {@link String}; Python's code point indices are translated by the callers.
 */
final class Text implements Comparable<Text> {
    static final Text EMPTY = new Text("", List.of(), false);

    private final String value;
    private final List<Run> runs;
    private final boolean safe;

    Text(String value, List<Run> runs, boolean safe) {
        this.value = value;
        this.runs = runs;
        this.safe = safe;
    }

    static Text of(String value) {
        return value.isEmpty() ? EMPTY : new Text(value, List.of(), false);
    }

    static Text of(String value, Mark mark) {
        return value.isEmpty() ? EMPTY : new Text(value, List.of(new Run(0, value.length(), mark)), false);
    }

    String value() {
        return value;
    }

    List<Run> runs() {
        return runs;
    }

    /** Whether Jinja considers this string escaped HTML (its Markup type); the escaping rules depend on it. */
    boolean safe() {
        return safe;
    }

    Text withSafe(boolean newSafe) {
        return newSafe == safe ? this : new Text(value, runs, newSafe);
    }

    boolean isEmpty() {
        return value.isEmpty();
    }

    /** The number of code points. */
    int size() {
        return value.codePointCount(0, value.length());
    }

    /** The UTF-16 index of a code point index. */
    int unitIndex(int codePointIndex) {
        return value.offsetByCodePoints(0, codePointIndex);
    }

    Text slice(int start, int end) {
        if (start == 0 && end == value.length()) {
            return this;
        }
        if (start >= end) {
            return EMPTY.withSafe(safe);
        }
        List<Run> kept = new ArrayList<>();
        for (Run run : runs) {
            int from = Math.max(start, run.start());
            int to = Math.min(end, run.end());
            if (from < to) {
                kept.add(new Run(from - start, to - start, run.mark()));
            }
        }
        return new Text(value.substring(start, end), List.copyOf(kept), safe);
    }

    Text plus(Text other) {
        return new TextBuilder().append(this).append(other).toText();
    }

    /** The code points, over which Python iterates in a string. */
    List<Text> codePoints() {
        List<Text> points = new ArrayList<>();
        for (int at = 0; at < value.length(); ) {
            int next = at + Character.charCount(value.codePointAt(at));
            points.add(slice(at, next));
            at = next;
        }
        return points;
    }

    /** Python's order: by code point, which differs from Java's above the basic plane. */
    @Override
    public int compareTo(Text other) {
        int length = Math.min(value.length(), other.value.length());
        for (int i = 0; i < length; i++) {
            char a = value.charAt(i);
            char b = other.value.charAt(i);
            if (a != b) {
                boolean pairA = Character.isSurrogate(a);
                boolean pairB = Character.isSurrogate(b);
                return pairA == pairB ? Character.compare(a, b) : pairA ? 1 : -1;
            }
        }
        return Integer.compare(value.length(), other.value.length());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text text && value.equals(text.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return value;
    }
}
