package dev.newt.rows;

import dev.newt.io.UserException;
import java.nio.file.Path;
import tools.jackson.databind.node.ObjectNode;

/**
 * One record.
 *
 * @param file it stands in
 * @param number from 1, counting the rows of the file
 * @param fields by name
 */
public record Row(Path file, long number, ObjectNode fields) {
    /** The place, as error messages begin with it. */
    public String place() {
        return place(file, number);
    }

    /** The place of a row, as error messages begin with it. */
    public static String place(Path file, long number) {
        return file + ", row " + number;
    }

    /** An exception that says where and what. */
    public UserException error(String what) {
        return new UserException(place() + ": " + what);
    }
}
