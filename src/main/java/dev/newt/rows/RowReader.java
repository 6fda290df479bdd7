package dev.newt.rows;

import dev.newt.io.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * Streams the rows of data files, most of them through an in-memory DuckDB that may neither load extensions nor reach the network. Rows
 * come in the order of the files, with nested values intact. Not thread-safe.
 */
public final class RowReader implements AutoCloseable {
    private static final long LARGEST_ROW = 1L << 28;
    /** The assumed size of a row whose text is not available. */
    private static final int PARSED_SIZE = 1 << 10;

    /** Opened when a file first needs it, since opening takes longer than reading a small file. */
    private Optional<Connection> connection = Optional.empty();

    private static Connection connect() {
        Properties properties = new Properties();
        properties.setProperty("autoinstall_known_extensions", "false");
        properties.setProperty("autoload_known_extensions", "false");
        properties.setProperty("jdbc_stream_results", "true");
        properties.setProperty("threads", "1");
        try {
            Connection opened = DriverManager.getConnection("jdbc:duckdb:", properties);
            try (Statement statement = opened.createStatement()) {
                statement.execute("SET lock_configuration = true");
            }
            return opened;
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB cannot be opened: " + e.getMessage(), e);
        } catch (LinkageError e) {
            throw new UserException(
                    "DuckDB, which reads the data files, cannot load the library that it unpacks into "
                            + System.getProperty("java.io.tmpdir") + ": " + rootCause(e)
                            + ". Free some space there, or name another folder with java -Djava.io.tmpdir=FOLDER.",
                    e);
        }
    }

    private static String rootCause(Throwable thrown) {
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage();
    }

    /** Passes the rows of {@code split} to {@code consumer}, one after the other. */
    public void read(List<DataFile> files, Split split, Consumer<Row> consumer) {
        readRaw(files, split, raw -> consumer.accept(raw.row()));
    }

    /** As {@link #read}, but the rows are not parsed yet; a malformed row fails when it is parsed. */
    public void readRaw(List<DataFile> files, Split split, Consumer<RawRow> consumer) {
        long total = split.needsCount() ? count(files) : Long.MAX_VALUE;
        long first = split.firstOf(total);
        long end = split.endOf(total);
        long before = 0;
        for (DataFile file : files) {
            if (before >= end) {
                return;
            }
            before += read(file, first - before, end - before, consumer);
        }
    }

    /** The number of rows in all files. */
    public long count(List<DataFile> files) {
        long count = 0;
        for (DataFile file : files) {
            if (hasOwnReader(file)) {
                count += readWithoutDatabase(file, Long.MAX_VALUE, Long.MAX_VALUE, row -> {});
                continue;
            }
            try (PreparedStatement statement = prepare("SELECT count(*) FROM " + table(file), file);
                    ResultSet result = statement.executeQuery()) {
                result.next();
                count += result.getLong(1);
            } catch (SQLException e) {
                throw failure(file, e);
            }
        }
        return count;
    }

    /** The number of rows of {@code split} in all files. */
    public long count(List<DataFile> files, Split split) {
        long rows = count(files);
        return Math.max(0, split.endOf(rows) - split.firstOf(rows));
    }

    /** Reads rows [first, end) of one file; returns the number of rows seen. */
    private long read(DataFile file, long first, long end, Consumer<RawRow> consumer) {
        if (isEmptyFile(file.path())) {
            return 0;
        }
        if (hasOwnReader(file)) {
            return readWithoutDatabase(file, first, end, consumer);
        }
        long number = 0;
        String column = file.format() == Format.JSON ? "json" : "CAST(to_json(t) AS VARCHAR)";
        try (PreparedStatement statement = prepare("SELECT " + column + " FROM " + table(file) + " t", file);
                ResultSet rows = statement.executeQuery()) {
            while (number < end && rows.next()) {
                if (number++ >= first) {
                    consumer.accept(raw(file.path(), number, rows.getString(1)));
                }
            }
        } catch (SQLException e) {
            throw failure(file, e);
        }
        return number;
    }

    private static RawRow raw(Path file, long number, String json) {
        return new RawRow(json.length(), () -> JsonRow.parse(file, number, file + ", row " + number, json));
    }

    private static boolean hasOwnReader(DataFile file) {
        return file.format() == Format.ARROW || file.format() == Format.TEXT || JsonLines.reads(file);
    }

    private static long readWithoutDatabase(DataFile file, long first, long end, Consumer<RawRow> consumer) {
        if (!Files.isRegularFile(file.path())) {
            throw new UserException(file.path() + ": does not exist or is not a file.");
        }
        Consumer<Row> parsed = row -> consumer.accept(new RawRow(PARSED_SIZE, () -> row));
        return switch (file.format()) {
            case ARROW -> ArrowFile.read(file.path(), first, end, parsed);
            case TEXT -> TextFile.read(file.path(), first, end, parsed);
            default -> JsonLines.read(file.path(), first, end, consumer);
        };
    }

    private PreparedStatement prepare(String sql, DataFile file) throws SQLException {
        if (connection.isEmpty()) {
            connection = Optional.of(connect());
        }
        PreparedStatement statement = connection.get().prepareStatement(sql);
        // DuckDB expands patterns: a name that contains such a character must mean itself.
        String literal = file.path().toString().replaceAll("([\\[*?])", "[$1]");
        statement.setString(1, literal);
        return statement;
    }

    private String table(DataFile file) {
        return switch (file.format()) {
            case JSON -> "read_json_objects(?, format = '" + jsonLayout(file.path()) + "', maximum_object_size = "
                    + LARGEST_ROW + ")";
            case PARQUET -> "read_parquet(?)";
            case ARROW, TEXT -> throw new IllegalArgumentException(file.format() + " is not read by DuckDB");
            case CSV -> "read_csv(?, auto_detect = false, columns = {" + columns(file) + "}, " + dialect(file) + ")";
        };
    }

    private static String dialect(DataFile file) {
        String delimiter = Format.plainName(file.path()).endsWith(".tsv") ? "\t" : ",";
        return "header = true, delim = '" + delimiter + "', quote = '\"', escape = '\"', max_line_size = "
                + LARGEST_ROW;
    }

    /** Named by the header line, and all text: what looks like a number may be an answer. */
    private String columns(DataFile file) {
        String sql =
                "SELECT * FROM read_csv(?, all_varchar = true, ignore_errors = true, " + dialect(file) + ") LIMIT 0";
        try (PreparedStatement statement = prepare(sql, file);
                ResultSet none = statement.executeQuery()) {
            ResultSetMetaData names = none.getMetaData();
            List<String> columns = new ArrayList<>();
            for (int i = 1; i <= names.getColumnCount(); i++) {
                columns.add("'" + names.getColumnName(i).replace("'", "''") + "': 'VARCHAR'");
            }
            return String.join(", ", columns);
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    private static String jsonLayout(Path file) {
        String name = Format.plainName(file);
        return name.endsWith(".jsonl") || name.endsWith(".ndjson") ? "newline_delimited" : "auto";
    }

    private static UserException failure(DataFile file, SQLException e) {
        if (!Files.isRegularFile(file.path())) {
            return new UserException(file.path() + ": does not exist or is not a file.", e);
        }
        return switch (file.format()) {
            case JSON -> malformedLine(file.path())
                    .orElseGet(() -> new UserException(file.path() + ": is not valid JSON: " + reason(e), e));
            case CSV -> lineOfOtherEncoding(file.path())
                    .map(line -> new UserException(
                            file.path() + ", line " + line + ": is not text in UTF-8. Convert the file to UTF-8.", e))
                    .orElseGet(() -> new UserException(file.path() + ": is not valid CSV: " + reason(e), e));
            case PARQUET -> new UserException(file.path() + ": is not a valid Parquet file: " + reason(e), e);
            case ARROW, TEXT -> throw new IllegalArgumentException(file.format() + " is not read by DuckDB", e);
        };
    }

    /** The first line that is not UTF-8; empty for a compressed file, which is not text itself. */
    private static Optional<Long> lineOfOtherEncoding(Path file) {
        if (!Format.plainName(file).equals(file.getFileName().toString().toLowerCase(Locale.ROOT))) {
            return Optional.empty();
        }
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            long line = 0;
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int next = in.read(); ; next = in.read()) {
                if (next >= 0 && next != '\n') {
                    bytes.write(next);
                    continue;
                }
                line++;
                try {
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray()));
                } catch (CharacterCodingException e) {
                    return Optional.of(line);
                }
                if (next < 0) {
                    return Optional.empty();
                }
                bytes.reset();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** DuckDB's line numbers are not reliable, so this searches for the first bad line. */
    private static Optional<UserException> malformedLine(Path file) {
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                number++;
                String text = line.strip();
                if (number == 1 && !text.startsWith("{")) {
                    return Optional.empty(); // An array that spans many lines.
                }
                if (!text.isEmpty()) {
                    try {
                        JsonRow.parse(file + ", line " + number, text);
                    } catch (UserException e) {
                        return Optional.of(e);
                    }
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // Compressed or not text: DuckDB's own message must do.
        }
    }

    /** The first lines of DuckDB's message; the rest is advice about its own options. */
    private static String reason(SQLException e) {
        String message = String.valueOf(e.getMessage());
        for (String mark : List.of("\nPossible fixes", "\n\nLINE ", "\nOriginal Line")) {
            int cut = message.indexOf(mark);
            if (cut >= 0) {
                String rest = mark.equals("\nOriginal Line") ? expectation(message) : "";
                message = message.substring(0, cut) + rest;
            }
        }
        return message.replaceFirst("^(Invalid Input|IO) Error: ", "").strip();
    }

    private static String expectation(String message) {
        int at = message.indexOf("\nExpected");
        return at < 0 ? "" : " (" + message.substring(at + 1).strip() + ")";
    }

    private static boolean isEmptyFile(Path file) {
        try {
            return Files.size(file) == 0;
        } catch (IOException e) {
            throw new UserException(file + ": does not exist or cannot be read.", e);
        }
    }

    @Override
    public void close() {
        try {
            if (connection.isPresent()) {
                connection.get().close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("DuckDB cannot be closed: " + e.getMessage(), e);
        }
    }
}
