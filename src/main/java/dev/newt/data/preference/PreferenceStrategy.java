package dev.newt.data.preference;

import dev.newt.rows.Row;

/** Makes preference examples from rows. Thread-safe. */
@FunctionalInterface
public interface PreferenceStrategy {
    /** @throws dev.newt.io.UserException naming the row, if it lacks a field or has one that cannot be used */
    PreferenceExample example(Row row);
}
