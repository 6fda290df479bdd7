package dev.newt.data.prompt;

import dev.newt.rows.Row;

/**
 * A prompt and the answer to it.
 *
 * @param prompt as the model is asked, up to where its answer begins
 * @param answer to be trained
 */
record Exchange(String prompt, String answer) {
    /** Makes an exchange of a row. */
    @FunctionalInterface
    interface Reader {
        /** @throws dev.newt.io.UserException naming the row, if it lacks a field or has one that cannot be used */
        Exchange read(Row row);
    }
}
