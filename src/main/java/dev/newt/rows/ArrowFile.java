package dev.newt.rows;

import dev.newt.io.UserException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Arrow's IPC format, either as a stream, which Hugging Face's datasets library writes, or as a file. A file is a stream between a marker
 * and an index, which is not needed to read it from the beginning. One record batch is in memory at a time.
 *
 * <p>Source: "Serialization and Interprocess Communication" of the Arrow Columnar Format, version 1.5.
 */
final class ArrowFile implements AutoCloseable {
    private static final byte[] FILE_MARK = "ARROW1\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final int CONTINUATION = -1;
    private static final int SCHEMA = 1;
    private static final int DICTIONARY = 2;
    private static final int BATCH = 3;
    private static final int LARGEST_METADATA = 1 << 28;

    private final Path path;
    private final FileChannel channel;
    private final Map<Long, List<JsonNode>> dictionaries = new HashMap<>();
    private Optional<List<ArrowField>> fields = Optional.empty();

    /** A message's metadata, and where its body is. */
    private record Message(int type, FlatTable header, long rows, long bodyAt, long bodyLength) {
        static Message of(FlatTable table, long bodyAt) {
            FlatTable header = table.table(2).orElseThrow(() -> new IndexOutOfBoundsException("no header"));
            int type = table.byteAt(1);
            return new Message(type, header, type == BATCH ? header.longAt(0) : 0, bodyAt, table.longAt(3));
        }
    }

    private ArrowFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        ByteBuffer mark = ByteBuffer.allocate(FILE_MARK.length);
        channel.read(mark, 0);
        channel.position(Arrays.equals(mark.array(), FILE_MARK) ? FILE_MARK.length : 0);
    }

    /** Passes on rows [first, end); returns the number of rows seen. */
    static long read(Path path, long first, long end, Consumer<Row> consumer) {
        return reading(path, file -> file.rows(first, end, consumer));
    }

    @FunctionalInterface
    private interface Reading {
        long of(ArrowFile file) throws IOException;
    }

    private static long reading(Path path, Reading reading) {
        try (ArrowFile file = new ArrowFile(path, FileChannel.open(path, StandardOpenOption.READ))) {
            return reading.of(file);
        } catch (EOFException e) {
            throw new UserException(path + ": is truncated: it ends in the middle of an Arrow record batch.", e);
        } catch (IOException e) {
            throw new UserException(path + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Batches before {@code first} are skipped without being read. */
    private long rows(long first, long end, Consumer<Row> consumer) throws IOException {
        long number = 0;
        for (Optional<Message> next = message(); next.isPresent(); next = message()) {
            Message message = next.get();
            if (message.type() == SCHEMA && fields.isEmpty()) {
                fields = Optional.of(damaged(number, () -> ArrowField.ofSchema(message.header(), path)));
            } else if (message.type() == DICTIONARY) {
                ByteBuffer body = body(message);
                damaged(number, () -> keep(message.header(), body));
            } else if (message.type() == BATCH) {
                long length = message.rows();
                number = number + length > first
                        ? batch(message, number, length, first, end, consumer)
                        : number + length;
                if (number >= end) {
                    return number;
                }
            }
        }
        return number;
    }

    private long batch(Message message, long before, long length, long first, long end, Consumer<Row> consumer)
            throws IOException {
        FlatTable header = message.header();
        damaged(before, () -> refuseCompressed(header));
        ByteBuffer body = body(message);
        List<ArrowField> columns = fields.orElseThrow(
                () -> new UserException(path + ": is not an Arrow file: it does not begin with a schema."));
        IntFunction<ObjectNode> rows = damaged(before, () -> ArrowBatch.rows(header, body, columns, dictionaries));
        long number = Math.max(before, first);
        for (; number < Math.min(before + length, end); number++) {
            int inBatch = Math.toIntExact(number - before);
            ObjectNode row = damaged(number, () -> rows.apply(inBatch));
            consumer.accept(new Row(path, number + 1, row));
        }
        return number;
    }

    private Boolean keep(FlatTable header, ByteBuffer body) {
        FlatTable batch = header.table(1).orElseThrow(() -> new IndexOutOfBoundsException("an empty dictionary"));
        refuseCompressed(batch);
        long id = header.longAt(0);
        ArrowField field = walk(fields.orElse(List.of()))
                .filter(one -> one.dictionary().equals(Optional.of(id)))
                .findFirst()
                .orElseThrow(() -> new IndexOutOfBoundsException("a dictionary of no column"));
        List<JsonNode> values =
                new ArrayList<>(header.byteAt(2) != 0 ? dictionaries.getOrDefault(id, List.of()) : List.of());
        values.addAll(ArrowBatch.dictionary(batch, body, field, dictionaries));
        dictionaries.put(id, values);
        return true;
    }

    private static Stream<ArrowField> walk(List<ArrowField> fields) {
        return fields.stream().flatMap(field -> Stream.concat(Stream.of(field), walk(field.children())));
    }

    private boolean refuseCompressed(FlatTable batch) {
        batch.table(3).ifPresent(compression -> {
            throw new UserException(path + ": its record batches are compressed by "
                    + (compression.byteAt(0) == 0 ? "lz4" : "zstd")
                    + ", which is not supported. Write the file uncompressed, or as Parquet.");
        });
        return true;
    }

    /** The next message; empty at the end. The channel is then positioned after it. */
    private Optional<Message> message() throws IOException {
        long at = channel.position();
        if (at == channel.size()) {
            return Optional.empty();
        }
        int length = bytes(at, 4).getInt(0);
        long metadataAt = at + 4;
        if (length == CONTINUATION) {
            length = bytes(at + 4, 4).getInt(0);
            metadataAt += 4;
        }
        if (length == 0) {
            return Optional.empty();
        }
        if (length < 0 || length > LARGEST_METADATA || metadataAt + length > channel.size()) {
            throw new UserException(path + ": is not an Arrow file, or is damaged at byte " + at + ".");
        }
        ByteBuffer metadata = bytes(metadataAt, length);
        long bodyAt = metadataAt + length;
        Message message = damaged(0, () -> Message.of(FlatTable.root(metadata), bodyAt));
        if (message.rows() < 0) {
            throw new UserException(path + ": is damaged at byte " + at + ": a batch of " + message.rows() + " rows.");
        }
        if (message.bodyLength() < 0 || message.bodyLength() > channel.size() - bodyAt) {
            throw new EOFException();
        }
        channel.position(bodyAt + message.bodyLength());
        return Optional.of(message);
    }

    private ByteBuffer body(Message message) throws IOException {
        if (message.bodyLength() > Integer.MAX_VALUE - 8) {
            throw new UserException(path + ": has a record batch of more than 2 GB. Write it in smaller batches.");
        }
        return bytes(message.bodyAt(), (int) message.bodyLength());
    }

    private ByteBuffer bytes(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException();
            }
        }
        return bytes.flip();
    }

    @FunctionalInterface
    private interface Step<T> {
        T take();
    }

    /** Offsets in the file point outside it: the file is at fault, not the code. */
    private <T> T damaged(long row, Step<T> step) {
        try {
            return step.take();
        } catch (IndexOutOfBoundsException | ArithmeticException | DateTimeException e) {
            throw new UserException(
                    path + ", row " + (row + 1) + ": the Arrow file is damaged (" + e.getMessage() + ").", e);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
