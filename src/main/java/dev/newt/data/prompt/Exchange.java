package dev.newt.data.prompt;

import dev.newt.rows.Row;

/**
 * A prompt and its answer.
 *
 * @param prompt what the model is given, up to where its answer begins
 * @param answer the text to train on
 */
record Exchange(String prompt, String answer) {
    /** Makes an exchange from a row. */
    @FunctionalInterface
    interface Reader {
        /** @throws dev.newt.io.UserException naming the row, if it lacks a field or has one that cannot be used */
        Exchange read(Row row);
    }
}
