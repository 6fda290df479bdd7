package dev.newt.plan;

import dev.newt.rows.DataFile;
import dev.newt.rows.Format;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** About how many tokens files hold, from their sizes. */
final class TokenCount {
    /** Of text in European languages, with what JSON adds. */
    private static final double BYTES_A_TOKEN = 4.5;

    private TokenCount() {}

    /**
     * Empty where a file's size says little of its text: compressed files and tables.
     *
     * @param aside share of the rows that is not trained on
     */
    static Optional<Long> ofSizes(List<List<DataFile>> sets, double aside) {
        long bytes = 0;
        for (List<DataFile> files : sets) {
            for (DataFile file : files) {
                String name = file.path().getFileName().toString();
                if (name.endsWith(".gz") || name.endsWith(".zst")) {
                    return Optional.empty();
                }
                if (file.format() != Format.JSON && file.format() != Format.CSV && file.format() != Format.TEXT) {
                    return Optional.empty();
                }
                bytes += size(file);
            }
        }
        return Optional.of(Math.round(bytes * (1 - aside) / BYTES_A_TOKEN));
    }

    private static long size(DataFile file) {
        try {
            return Files.size(file.path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
