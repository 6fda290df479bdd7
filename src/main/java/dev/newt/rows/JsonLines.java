package dev.newt.rows;

import dev.newt.io.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/** JSON lines in UTF-8: every line that is not blank is a row. This class only finds the lines; the consumer of the rows parses them. */
final class JsonLines {
    private static final int BUFFER = 1 << 18;
    private static final int LARGEST_LINE = 1 << 28;
    private static final char REPLACEMENT = '\ufffd';
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final Path path;
    private final long first;
    private final long end;
    private final Consumer<RawRow> consumer;
    private long lines;
    private long rows;

    private JsonLines(Path path, long first, long end, Consumer<RawRow> consumer) {
        this.path = path;
        this.first = first;
        this.end = end;
        this.consumer = consumer;
    }

    /** Whether this class reads the file: its name must say JSON lines, compressed by gzip or not. */
    static boolean reads(DataFile file) {
        String plain = Format.plainName(file.path());
        String name = file.path().getFileName().toString().toLowerCase(Locale.ROOT);
        return file.format() == Format.JSON
                && (plain.endsWith(".jsonl") || plain.endsWith(".ndjson"))
                && (name.equals(plain) || name.endsWith(".gz"));
    }

    /** Passes on rows [first, end); returns the number of rows seen. */
    static long read(Path path, long first, long end, Consumer<RawRow> consumer) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        try (InputStream bytes = Files.newInputStream(path);
                InputStream text = name.endsWith(".gz") ? new GZIPInputStream(bytes, BUFFER) : bytes) {
            JsonLines reader = new JsonLines(path, first, end, consumer);
            reader.read(text);
            return reader.rows;
        } catch (IOException e) {
            throw new UserException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private void read(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        int size = 0;
        int searched = 0;
        while (rows < end) {
            if (size == buffer.length) {
                if (size >= LARGEST_LINE) {
                    throw new UserException(
                            path + ", line " + (lines + 1) + ": is longer than " + LARGEST_LINE
                                    + " bytes. Is the file one JSON value without line breaks? Then its name must end in .json.");
                }
                buffer = Arrays.copyOf(buffer, 2 * size);
            }
            int count = in.read(buffer, size, buffer.length - size);
            if (count < 0) {
                line(buffer, 0, size);
                return;
            }
            size += count;
            int start = 0;
            for (int i = searched; i < size && rows < end; i++) {
                if (buffer[i] == '\n') {
                    line(buffer, start, i);
                    start = i + 1;
                }
            }
            System.arraycopy(buffer, start, buffer, 0, size - start);
            size -= start;
            searched = size;
        }
    }

    private void line(byte[] buffer, int from, int to) {
        lines++;
        int start = from;
        if (lines == 1 && to - from >= 3 && Arrays.equals(buffer, from, from + 3, BYTE_ORDER_MARK, 0, 3)) {
            start += 3;
        }
        while (start < to && isSpace(buffer[start])) {
            start++;
        }
        if (start == to) {
            return;
        }
        rows++;
        if (rows > first) {
            byte[] own = Arrays.copyOfRange(buffer, start, to);
            long row = rows;
            String place = path + ", line " + lines;
            consumer.accept(new RawRow(own.length, () -> JsonRow.parse(path, row, place, text(own, place))));
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r';
    }

    private static String text(byte[] bytes, String place) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(REPLACEMENT) >= 0) {
            // Either written like this, or put there for bytes that are not UTF-8.
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            } catch (CharacterCodingException e) {
                throw new UserException(place + ": is not UTF-8 text. Convert the file to UTF-8.", e);
            }
        }
        return text;
    }
}
