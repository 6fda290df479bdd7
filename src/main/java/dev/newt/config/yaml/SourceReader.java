package dev.newt.config.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.reader.StreamReader;

/** Reads the text of a configuration file, which is UTF-8 and not large. */
final class SourceReader {
    static final int MAX_BYTES = 1 << 20;
    /** Up to this many control characters are reported one by one; a file with more is not text. */
    private static final int MOST_CONTROLS = 10;

    private final Path file;
    private final int order;
    private final List<Problem> problems;

    private SourceReader(Path file, int order, List<Problem> problems) {
        this.file = file;
        this.order = order;
        this.problems = problems;
    }

    /** The file with its text, or empty with a problem. */
    static Optional<Source> read(Path file, int order, List<Problem> problems) {
        return new SourceReader(file, order, problems).read();
    }

    /** A text as if it were the file's, or empty with a problem. */
    static Optional<Source> of(Path file, String text, int order, List<Problem> problems) {
        SourceReader reader = new SourceReader(file, order, problems);
        if (text.length() > MAX_BYTES) {
            return reader.refuse(
                    "the text has " + text.length() + " characters; the limit for a configuration is " + MAX_BYTES);
        }
        Source source = Source.file(file, withoutMark(text), order);
        return reader.isPrintable(source) ? Optional.of(source) : Optional.empty();
    }

    private Optional<Source> read() {
        try {
            if (Files.isDirectory(file)) {
                return refuse("this is a folder; give the YAML file in it");
            }
            if (Files.size(file) > MAX_BYTES) {
                return refuse(
                        "the file has " + Files.size(file) + " bytes; the limit for a configuration is " + MAX_BYTES);
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(MAX_BYTES + 1); // a device has no size
                return bytes.length > MAX_BYTES
                        ? refuse("it has more than " + MAX_BYTES + " bytes, the limit for a configuration")
                        : decode(bytes);
            }
        } catch (NoSuchFileException e) {
            return refuse("there is no such file; give the path of a YAML file");
        } catch (IOException e) {
            return refuse("the file cannot be read: " + e.getMessage());
        }
    }

    private Optional<Source> decode(byte[] bytes) {
        Optional<String> other = otherEncoding(bytes);
        if (other.isPresent()) {
            return refuse("the text is " + other.get() + ", not UTF-8; save the file in UTF-8");
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CharBuffer decoded = CharBuffer.allocate(bytes.length + 1);
        CoderResult result = decoder.decode(ByteBuffer.wrap(bytes), decoded, true);
        String text = decoded.flip().toString();
        if (result.isError()) {
            // From here on the text is shown as Latin-1, which it usually is.
            String rest = new String(bytes, StandardCharsets.ISO_8859_1);
            String line = rest.substring(text.getBytes(StandardCharsets.UTF_8).length)
                    .lines()
                    .findFirst()
                    .orElse("");
            Source source = Source.file(file, withoutMark(text + line), order);
            add(source, withoutMark(text), "the text is not UTF-8; save the file in UTF-8");
            return Optional.empty();
        }
        Source source = Source.file(file, withoutMark(text), order);
        return isPrintable(source) ? Optional.of(source) : Optional.empty();
    }

    /** UTF-8's byte order mark has no meaning. */
    private static String withoutMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    /** Recognised by the byte order mark, or by the zero bytes that English letters have in the other encodings. */
    private static Optional<String> otherEncoding(byte[] bytes) {
        int first = bytes.length > 0 ? bytes[0] & 0xFF : 0;
        int second = bytes.length > 1 ? bytes[1] & 0xFF : 0;
        boolean mark = first == 0xFF && second == 0xFE || first == 0xFE && second == 0xFF;
        int length = Math.min(bytes.length, 1000);
        int zeros = 0;
        for (int i = 0; i < length; i++) {
            zeros += bytes[i] == 0 ? 1 : 0;
        }
        if (zeros > length * 0.7) {
            return Optional.of("UTF-32");
        }
        return mark || zeros > length * 0.3 ? Optional.of("UTF-16") : Optional.empty();
    }

    private boolean isPrintable(Source source) {
        String text = source.text();
        int found = 0;
        for (int i = 0; i < text.length() && found < MOST_CONTROLS; i += Character.charCount(text.codePointAt(i))) {
            int c = text.codePointAt(i);
            if (!StreamReader.isPrintable(c)) {
                found++;
                add(
                        source,
                        text.substring(0, i),
                        String.format(
                                "there is a control character here, U+%04X; remove it, or write it in double quotes as \"\\u%04X\"",
                                c, c));
            }
        }
        return found == 0;
    }

    /** A problem right after {@code before}. */
    private void add(Source source, String before, String message) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < before.length(); i++) {
            char c = before.charAt(i);
            if ("\n\u0085\u2028\u2029".indexOf(c) >= 0 || c == '\r' && !before.startsWith("\n", i + 1)) {
                line++;
                start = i + 1;
            }
        }
        int column = 1 + before.codePointCount(start, before.length());
        problems.add(Problem.error(new Place(source, line, column, 1), message));
    }

    private Optional<Source> refuse(String message) {
        problems.add(Problem.error(Place.start(Source.file(file, "", order)), message));
        return Optional.empty();
    }
}
