package dev.newt.plan;

import dev.newt.rows.DataFile;
import dev.newt.rows.Format;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Counts rows where a glance is enough: lines of JSON that are not compressed. */
final class RowCount {
    /** A second's reading; larger files are left to the run. */
    private static final long MAX_BYTES = 256L << 20;

    private RowCount() {}

    /** Rows of all files; empty where one would have to be parsed. */
    static Optional<Long> of(List<DataFile> files) {
        long rows = 0;
        for (DataFile file : files) {
            Optional<Long> count = of(file);
            if (count.isEmpty()) {
                return count;
            }
            rows += count.get();
        }
        return Optional.of(rows);
    }

    private static Optional<Long> of(DataFile file) {
        try {
            if (file.format() != Format.JSON || Files.size(file.path()) > MAX_BYTES) {
                return Optional.empty();
            }
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file.path()), 1 << 16)) {
                return lines(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines that are not blank; empty if the text does not begin with an object. */
    private static Optional<Long> lines(InputStream in) throws IOException {
        long rows = 0;
        boolean first = true;
        boolean blank = true;
        byte[] buffer = new byte[1 << 16];
        for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
            for (int i = 0; i < length; i++) {
                byte at = buffer[i];
                if (at == '\n') {
                    rows += blank ? 0 : 1;
                    blank = true;
                } else if (at != ' ' && at != '\t' && at != '\r') {
                    if (first && at != '{') {
                        return Optional.empty();
                    }
                    first = false;
                    blank = false;
                }
            }
        }
        return Optional.of(rows + (blank ? 0 : 1));
    }
}
