package dev.newt.data.preference;

import dev.newt.rows.Row;

/** Makes preference data of rows. Safe for use by many threads. */
@FunctionalInterface
public interface PreferenceStrategy {
    /** @throws dev.newt.io.UserException naming the row, if it lacks a field or has one that cannot be used */
    PreferenceExample example(Row row);
}
