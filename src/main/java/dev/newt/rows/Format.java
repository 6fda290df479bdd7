package dev.newt.rows;

import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How rows are written in a file. */
public enum Format {
    /** One object per line, or one array of objects. */
    JSON(List.of(".json", ".jsonl", ".ndjson")),
    /** A header line, then rows; every value is text. Fields of {@code .tsv} files are separated by tabs. */
    CSV(List.of(".csv", ".tsv")),
    PARQUET(List.of(".parquet")),
    /** Arrow's IPC format, as written by {@code save_to_disk} of Hugging Face's datasets and by its cache. */
    ARROW(List.of(".arrow")),
    /** Every line is a row with a single field, {@code text}. */
    TEXT(List.of(".txt"));

    private static final List<String> COMPRESSED = List.of(".gz", ".zst");

    private final List<String> endings;

    Format(List<String> endings) {
        this.endings = endings;
    }

    /** The format according to the file's name, compressed or not. */
    public static Optional<Format> of(Path file) {
        String name = plainName(file);
        for (Format format : values()) {
            if (format.endings.stream().anyMatch(name::endsWith)) {
                return Optional.of(format);
            }
        }
        return Optional.empty();
    }

    /** Reads the value of {@code ds_type}. */
    public static Format named(String dsType) {
        for (Format format : values()) {
            if (format.name().equalsIgnoreCase(dsType)) {
                return format;
            }
        }
        throw new UserException("ds_type: \"" + dsType
                + "\" is not supported. Use json (also for jsonl), csv, parquet, arrow or text.");
    }

    static String plainName(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        for (String ending : COMPRESSED) {
            if (name.endsWith(ending)) {
                return name.substring(0, name.length() - ending.length());
            }
        }
        return name;
    }
}
