package dev.newt.rows;

import java.util.function.Supplier;

/**
 * A row that is found, but not yet taken apart, so that another thread may do it.
 *
 * @param size about how many bytes it holds
 * @param parser gives the row, or a {@link dev.newt.io.UserException} that says what is wrong with it
 */
public record RawRow(int size, Supplier<Row> parser) {
    public Row row() {
        return parser.get();
    }
}
