package dev.newt.rows;

import dev.newt.io.UserException;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/**
 * One record.
 *
 * @param file the file it comes from
 * @param number its number in the file, from 1
 * @param fields by name
 */
public record Row(Path file, long number, ObjectNode fields) {
    /** The place, with which error messages begin. */
    public String place() {
        return place(file, number);
    }

    /** The place of a row, with which error messages begin. */
    public static String place(Path file, long number) {
        return file + ", row " + number;
    }

    /** An exception that says where and what. */
    public UserException error(String what) {
        return new UserException(place() + ": " + what);
    }
}
