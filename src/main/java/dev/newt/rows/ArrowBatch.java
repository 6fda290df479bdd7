package dev.newt.rows;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The columns of one record batch. Buffers and nodes belong to the fields in the order in which a walk through the schema meets them.
 * Damaged bytes end in an {@link IndexOutOfBoundsException}.
 */
final class ArrowBatch {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final long MILLIS_PER_DAY = 86_400_000L;
    private static final long NANOS = 1_000_000_000L;
    /** The format in which DuckDB writes a timestamp of a Parquet file. */
    private static final DateTimeFormatter MOMENT = new DateTimeFormatterBuilder()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .appendLiteral(' ')
            .appendPattern("HH:mm:ss")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .toFormatter();

    /** A column's values. */
    private record Values(int length, IntFunction<JsonNode> at) {}

    private final ByteBuffer body;
    private final long[] nodes;
    private final long[] buffers;
    private final Map<Long, List<JsonNode>> dictionaries;
    private int node;
    private int buffer;

    private ArrowBatch(FlatTable batch, ByteBuffer body, Map<Long, List<JsonNode>> dictionaries) {
        this.body = body;
        this.nodes = batch.pairs(1);
        this.buffers = batch.pairs(2);
        this.dictionaries = dictionaries;
    }

    /** Returns a function from a row's number, from 0, to the row. */
    static IntFunction<ObjectNode> rows(
            FlatTable batch, ByteBuffer body, List<ArrowField> fields, Map<Long, List<JsonNode>> dictionaries) {
        ArrowBatch read = new ArrowBatch(batch, body, dictionaries);
        List<Values> columns = new ArrayList<>();
        fields.forEach(field -> columns.add(read.column(field)));
        return row -> object(fields, columns, row);
    }

    /** The values of a dictionary, which is a batch of one column. */
    static List<JsonNode> dictionary(
            FlatTable batch, ByteBuffer body, ArrowField field, Map<Long, List<JsonNode>> dictionaries) {
        Values values = new ArrowBatch(batch, body, dictionaries).plain(field);
        List<JsonNode> all = new ArrayList<>();
        for (int i = 0; i < values.length(); i++) {
            all.add(values.at().apply(i));
        }
        return all;
    }

    private static ObjectNode object(List<ArrowField> fields, List<Values> columns, int row) {
        ObjectNode object = NODES.objectNode();
        for (int i = 0; i < fields.size(); i++) {
            object.set(fields.get(i).name(), columns.get(i).at().apply(row));
        }
        return object;
    }

    private Values column(ArrowField field) {
        if (field.dictionary().isEmpty()) {
            return plain(field);
        }
        Values indices = plain(field.index().orElseThrow());
        List<JsonNode> dictionary = dictionaries.get(field.dictionary().get());
        return new Values(indices.length(), i -> {
            JsonNode index = indices.at().apply(i);
            if (index.isNull()) {
                return index;
            }
            if (dictionary == null) {
                throw new IndexOutOfBoundsException("a dictionary is missing");
            }
            return dictionary.get(small(index.asLong(-1)));
        });
    }

    private Values plain(ArrowField field) {
        int length = small(nodes[2 * node]);
        boolean nulls = nodes[2 * node + 1] != 0;
        node++;
        if (field.kind() == ArrowField.Kind.NULL) {
            return new Values(length, i -> {
                requireWithin(i, length);
                return NODES.nullNode();
            });
        }
        ByteBuffer validity = next();
        IntFunction<JsonNode> values = values(field);
        boolean all = !nulls || validity.limit() == 0;
        return new Values(length, i -> {
            requireWithin(i, length);
            return all || bit(validity, i) ? values.apply(i) : NODES.nullNode();
        });
    }

    private static void requireWithin(int i, int length) {
        if (i < 0 || i >= length) {
            throw new IndexOutOfBoundsException("entry " + i + " of " + length);
        }
    }

    private IntFunction<JsonNode> values(ArrowField field) {
        return switch (field.kind()) {
            case NULL -> throw new IllegalStateException();
            case BOOL -> {
                ByteBuffer bits = next();
                yield i -> NODES.booleanNode(bit(bits, i));
            }
            case INT -> {
                ByteBuffer data = next();
                yield i -> integer(data, i, field);
            }
            case FLOAT -> {
                ByteBuffer data = next();
                yield field.width() == 32
                        ? i -> NODES.numberNode(data.getFloat(4 * i))
                        : i -> NODES.numberNode(data.getDouble(8 * i));
            }
            case DATE -> {
                ByteBuffer data = next();
                yield i -> NODES.stringNode(LocalDate.ofEpochDay(
                                field.width() == 32 ? data.getInt(4 * i) : data.getLong(8 * i) / MILLIS_PER_DAY)
                        .toString());
            }
            case TIMESTAMP -> {
                ByteBuffer data = next();
                yield i -> NODES.stringNode(moment(data.getLong(8 * i), field.unit()));
            }
            case TEXT -> {
                ByteBuffer offsets = next();
                ByteBuffer data = next();
                yield i -> text(offsets, data, i, field.width());
            }
            case LIST -> {
                ByteBuffer offsets = next();
                Values entries = column(field.children().get(0));
                yield i -> list(entries, offset(offsets, i, field.width()), offset(offsets, i + 1, field.width()));
            }
            case FIXED_LIST -> {
                Values entries = column(field.children().get(0));
                yield i ->
                        list(entries, Math.multiplyExact(i, field.width()), Math.multiplyExact(i + 1, field.width()));
            }
            case STRUCT -> {
                List<Values> children = new ArrayList<>();
                field.children().forEach(child -> children.add(column(child)));
                yield i -> object(field.children(), children, i);
            }
        };
    }

    private ByteBuffer next() {
        int start = small(buffers[2 * buffer]);
        int length = small(buffers[2 * buffer + 1]);
        buffer++;
        return body.slice(start, length).order(body.order());
    }

    private static JsonNode integer(ByteBuffer data, int i, ArrowField field) {
        return switch (field.width()) {
            case 8 -> NODES.numberNode(field.signed() ? data.get(i) : data.get(i) & 0xff);
            case 16 -> NODES.numberNode(field.signed() ? data.getShort(2 * i) : data.getShort(2 * i) & 0xffff);
            case 32 -> field.signed()
                    ? NODES.numberNode(data.getInt(4 * i))
                    : NODES.numberNode(data.getInt(4 * i) & 0xffffffffL);
            default -> {
                long value = data.getLong(8 * i);
                yield field.signed() || value >= 0
                        ? NODES.numberNode(value)
                        : NODES.numberNode(new BigInteger(Long.toUnsignedString(value)));
            }
        };
    }

    private static JsonNode text(ByteBuffer offsets, ByteBuffer data, int i, int width) {
        int start = offset(offsets, i, width);
        int end = offset(offsets, i + 1, width);
        if (end < start || end > data.limit()) {
            throw new IndexOutOfBoundsException("text from " + start + " to " + end);
        }
        byte[] bytes = new byte[end - start];
        data.get(start, bytes);
        return NODES.stringNode(new String(bytes, StandardCharsets.UTF_8));
    }

    private static ArrayNode list(Values entries, int start, int end) {
        ArrayNode list = NODES.arrayNode();
        for (int i = start; i < end; i++) {
            list.add(entries.at().apply(i));
        }
        return list;
    }

    private static String moment(long value, long unit) {
        LocalDateTime moment = LocalDateTime.ofInstant(
                Instant.ofEpochSecond(Math.floorDiv(value, unit), Math.floorMod(value, unit) * (NANOS / unit)),
                ZoneOffset.UTC);
        return MOMENT.format(moment);
    }

    private static int offset(ByteBuffer offsets, int i, int width) {
        return width == 4 ? offsets.getInt(4 * i) : small(offsets.getLong(8 * i));
    }

    private static boolean bit(ByteBuffer bits, int i) {
        return (bits.get(i >> 3) >> (i & 7) & 1) == 1;
    }

    private static int small(long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw new IndexOutOfBoundsException("a length of " + value);
        }
        return (int) value;
    }
}
