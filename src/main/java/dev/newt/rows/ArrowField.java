package dev.newt.rows;

import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A column of an Arrow file, or a part of one.
 *
 * @param width bits of a number, bytes per offset for text and lists, or entries of a fixed-size list
 * @param unit ticks per second of a timestamp
 * @param dictionary number of the dictionary that the values index; the type is then that of the dictionary's values
 * @param index the type of those indices
 */
record ArrowField(
        String name,
        Kind kind,
        int width,
        boolean signed,
        long unit,
        List<ArrowField> children,
        Optional<Long> dictionary,
        Optional<ArrowField> index) {
    /** The types that occur in rows of text and numbers, nested or not. */
    enum Kind {
        NULL,
        INT,
        FLOAT,
        TEXT,
        BOOL,
        DATE,
        TIMESTAMP,
        LIST,
        FIXED_LIST,
        STRUCT
    }

    private static final int DEEPEST = 64;
    private static final List<String> TYPES = List.of(
            "none",
            "null",
            "int",
            "float",
            "binary",
            "utf8",
            "bool",
            "decimal",
            "date",
            "time",
            "timestamp",
            "interval",
            "list",
            "struct",
            "union",
            "fixed_size_binary",
            "fixed_size_list",
            "map",
            "duration",
            "large_binary",
            "large_utf8",
            "large_list",
            "run_end_encoded",
            "binary_view",
            "utf8_view",
            "list_view",
            "large_list_view");

    /** Reads the columns of a schema. */
    static List<ArrowField> ofSchema(FlatTable schema, Path file) {
        if (schema.shortAt(0, 0) != 0) {
            throw new UserException(file + ": is big-endian, which is not supported.");
        }
        return all(schema.tables(1), "", file, 0);
    }

    private static List<ArrowField> all(List<FlatTable> fields, String parent, Path file, int depth) {
        if (depth > DEEPEST) {
            throw new UserException(file + ": column " + parent + " is nested more than " + DEEPEST + " levels deep.");
        }
        List<ArrowField> read = new ArrayList<>();
        for (FlatTable field : fields) {
            read.add(of(field, parent.isEmpty() ? field.text(0) : parent + "." + field.text(0), file, depth));
        }
        return List.copyOf(read);
    }

    private static ArrowField of(FlatTable field, String path, Path file, int depth) {
        int code = field.byteAt(2);
        FlatTable type = field.table(3).orElseThrow(() -> new IndexOutOfBoundsException("a field without a type"));
        List<ArrowField> children = all(field.tables(5), path, file, depth + 1);
        Optional<FlatTable> encoding = field.table(4);
        Optional<ArrowField> index = encoding.map(dictionary -> dictionary
                .table(1)
                .map(written -> number(path, written))
                .orElseGet(() -> plain(path, Kind.INT, 32, true)));
        ArrowField plain =
                switch (code) {
                    case 1 -> plain(path, Kind.NULL, 0, false);
                    case 2 -> number(path, type);
                    case 3 -> plain(path, Kind.FLOAT, floatWidth(type, path, file), true);
                    case 5 -> plain(path, Kind.TEXT, 4, false);
                    case 20 -> plain(path, Kind.TEXT, 8, false);
                    case 6 -> plain(path, Kind.BOOL, 1, false);
                    case 8 -> plain(path, Kind.DATE, type.shortAt(0, 1) == 0 ? 32 : 64, true);
                    case 10 -> timestamp(path, type);
                    case 12 -> plain(path, Kind.LIST, 4, false);
                    case 21 -> plain(path, Kind.LIST, 8, false);
                    case 16 -> plain(path, Kind.FIXED_LIST, type.intAt(0), false);
                    case 13 -> plain(path, Kind.STRUCT, 0, false);
                    default -> throw unread(code, path, file);
                };
        String name = path.substring(path.lastIndexOf('.') + 1);
        return new ArrowField(
                field.text(0).isEmpty() ? name : field.text(0),
                plain.kind(),
                plain.width(),
                plain.signed(),
                plain.unit(),
                children,
                encoding.map(dictionary -> dictionary.longAt(0)),
                index);
    }

    private static UserException unread(int code, String path, Path file) {
        String type = code > 0 && code < TYPES.size() ? TYPES.get(code) : "number " + code;
        return new UserException(file + ": column " + path + " has Arrow's type " + type
                + ", which is not supported. Remove the column, or cast it to text, numbers, lists or structs.");
    }

    private static int floatWidth(FlatTable type, String path, Path file) {
        int precision = type.shortAt(0, 0);
        if (precision != 1 && precision != 2) {
            throw new UserException(file + ": column " + path
                    + " has Arrow's type float16, which is not supported. Cast it to float32.");
        }
        return 32 * precision;
    }

    private static ArrowField number(String path, FlatTable type) {
        int width = type.intAt(0);
        if (width != 8 && width != 16 && width != 32 && width != 64) {
            throw new IndexOutOfBoundsException("a whole number of " + width + " bits");
        }
        return plain(path, Kind.INT, width, type.byteAt(1) != 0);
    }

    private static ArrowField timestamp(String path, FlatTable type) {
        long unit = (long) Math.pow(1000, type.shortAt(0, 0));
        return new ArrowField(path, Kind.TIMESTAMP, 64, true, unit, List.of(), Optional.empty(), Optional.empty());
    }

    private static ArrowField plain(String path, Kind kind, int width, boolean signed) {
        return new ArrowField(path, kind, width, signed, 1, List.of(), Optional.empty(), Optional.empty());
    }
}
