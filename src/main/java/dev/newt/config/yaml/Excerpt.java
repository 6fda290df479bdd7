package dev.newt.config.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A line of a file with carets below a part of it.
 *
 * @param line with tabs as spaces, characters that a terminal would not show replaced, and cut if it is long
 * @param carets at the same columns as the part
 */
record Excerpt(String line, String carets) {
    /** The number of columns shown; lines of a configuration are rarely longer. */
    private static final int COLUMNS = 120;

    private static final int BEFORE = 40;
    private static final int MOST_CARETS = 60;
    private static final int TAB = 4;
    private static final String CUT = "...";

    /** Empty for a place without text. */
    static Optional<Excerpt> of(Place place) {
        if (place.length() == 0) {
            return Optional.empty();
        }
        return place.source().line(place.line()).map(line -> of(line, place.column() - 1, place.length()));
    }

    private static Excerpt of(String line, int column, int length) {
        List<String> cells = cells(line.stripTrailing());
        int start = Math.min(column, cells.size());
        int end = (int) Math.min((long) start + length, cells.size());

        int first = 0;
        if (width(cells, 0, end) > COLUMNS) {
            for (first = start; first > 0 && width(cells, first - 1, start) <= BEFORE; ) {
                first--;
            }
        }
        int last = first;
        while (last < cells.size() && width(cells, first, last + 1) <= COLUMNS) {
            last++;
        }
        String before = first > 0 ? CUT : "";
        String after = last < cells.size() ? CUT : "";
        int carets = Math.min(width(cells, start, Math.min(end, last)), MOST_CARETS);
        return new Excerpt(
                before + String.join("", cells.subList(first, last)) + after,
                " ".repeat(before.length() + width(cells, first, start)) + "^".repeat(Math.max(1, carets)));
    }

    /** What to show for each character, as YAML counts characters. */
    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        int columns = 0;
        for (int c : line.codePoints().toArray()) {
            if (c == 0xFEFF) {
                continue; // SnakeYAML does not count it either
            }
            String cell = c == '\t'
                    ? " ".repeat(TAB - columns % TAB)
                    : Printable.isUnfit(c) ? "\uFFFD" : Character.toString(c);
            cells.add(cell);
            columns += width(cell);
        }
        return cells;
    }

    private static int width(List<String> cells, int from, int to) {
        int width = 0;
        for (int i = from; i < to; i++) {
            width += width(cells.get(i));
        }
        return width;
    }

    private static int width(String cell) {
        return cell.codePoints().map(Printable::width).sum();
    }
}
