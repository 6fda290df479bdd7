package dev.newt.rows;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A table of the FlatBuffers format, in which Arrow's metadata are written. Fields are addressed by their position in the schema; a missing field
 * has its default. Damaged bytes end in an {@link IndexOutOfBoundsException}.
 *
 * @param bytes little endian
 * @param at where the table begins
 */
record FlatTable(ByteBuffer bytes, int at) {
    static FlatTable root(ByteBuffer bytes) {
        return new FlatTable(bytes, bytes.getInt(0));
    }

    /** The position of a field's value; 0 if it has none. */
    private int place(int field) {
        int vtable = at - bytes.getInt(at);
        int entry = 4 + 2 * field;
        if (entry + 2 > bytes.getShort(vtable)) {
            return 0;
        }
        int offset = bytes.getShort(vtable + entry) & 0xffff;
        return offset == 0 ? 0 : at + offset;
    }

    long longAt(int field) {
        int place = place(field);
        return place == 0 ? 0 : bytes.getLong(place);
    }

    int intAt(int field) {
        int place = place(field);
        return place == 0 ? 0 : bytes.getInt(place);
    }

    int shortAt(int field, int byDefault) {
        int place = place(field);
        return place == 0 ? byDefault : bytes.getShort(place);
    }

    int byteAt(int field) {
        int place = place(field);
        return place == 0 ? 0 : bytes.get(place);
    }

    Optional<FlatTable> table(int field) {
        int place = place(field);
        return place == 0 ? Optional.empty() : Optional.of(new FlatTable(bytes, place + bytes.getInt(place)));
    }

    String text(int field) {
        int place = place(field);
        if (place == 0) {
            return "";
        }
        int start = place + bytes.getInt(place);
        byte[] text = new byte[checked(bytes.getInt(start))];
        bytes.get(start + 4, text);
        return new String(text, StandardCharsets.UTF_8);
    }

    /** A vector of tables. */
    List<FlatTable> tables(int field) {
        List<FlatTable> tables = new ArrayList<>();
        int place = place(field);
        if (place != 0) {
            int start = place + bytes.getInt(place);
            int count = checked(bytes.getInt(start));
            for (int i = 0; i < count; i++) {
                int entry = start + 4 + 4 * i;
                tables.add(new FlatTable(bytes, entry + bytes.getInt(entry)));
            }
        }
        return tables;
    }

    /** A vector of structs of two longs each, one pair after the other. */
    long[] pairs(int field) {
        int place = place(field);
        if (place == 0) {
            return new long[0];
        }
        int start = place + bytes.getInt(place);
        long[] values = new long[2 * checked(bytes.getInt(start))];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.getLong(start + 4 + 8 * i);
        }
        return values;
    }

    /** A vector cannot have more entries than the buffer has bytes. */
    private int checked(int count) {
        if (count < 0 || count > bytes.limit()) {
            throw new IndexOutOfBoundsException("a vector of " + count + " entries");
        }
        return count;
    }
}
