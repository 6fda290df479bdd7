package dev.newt.rows;

import java.util.function.Supplier;

/**
 * A row that is found but not yet parsed, so that another thread can parse it.
 *
 * @param size its approximate number of bytes
 * @param parser returns the row, or throws a {@link dev.newt.io.UserException} that says what is wrong with it
 */
public record RawRow(int size, Supplier<Row> parser) {
    public Row row() {
        return parser.get();
    }
}
