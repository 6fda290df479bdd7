package dev.newt.rows;

import dev.newt.io.UserException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.node.JsonNodeFactory;

/** Plain text in UTF-8: every line, an empty one too, is a row with the field {@code text}. */
final class TextFile {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private TextFile() {}

    /** Passes on rows [first, end); returns the number of rows seen. */
    static long read(Path path, long first, long end, Consumer<Row> consumer) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".zst")) {
            throw new UserException(
                    path + ": text compressed with zstd is not supported. Decompress it, or compress it with gzip.");
        }
        long number = 0;
        try (InputStream bytes = Files.newInputStream(path);
                InputStream text = name.endsWith(".gz") ? new GZIPInputStream(bytes, 1 << 16) : bytes;
                BufferedReader lines = new BufferedReader(
                        // A decoder made like this rejects what is not UTF-8.
                        new InputStreamReader(text, StandardCharsets.UTF_8.newDecoder()), 1 << 16)) {
            while (number < end) {
                String line = lines.readLine();
                if (line == null) {
                    break;
                }
                number++;
                if (number == 1 && line.startsWith(BYTE_ORDER_MARK)) {
                    line = line.substring(1);
                }
                if (number > first) {
                    consumer.accept(new Row(
                            path, number, JsonNodeFactory.instance.objectNode().put("text", line)));
                }
            }
        } catch (CharacterCodingException e) {
            throw new UserException(
                    path + ": the text after row " + number + " is not UTF-8. Convert the file to UTF-8.", e);
        } catch (IOException e) {
            throw new UserException(path + ": cannot be read after row " + number + ": " + e.getMessage(), e);
        }
        return number;
    }
}
