package dev.newt.weights;

import dev.newt.io.JsonDocument;
import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The header of a safetensors file: 8 bytes of little-endian length, then that much JSON; the elements follow. Everything is checked before
 * anything is used: the elements must lie one after the other and fill the rest of the file exactly.
 *
 * @param entries in the order of their position in the file
 * @param dataStart position of the first element in the file
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata, long dataStart) {
    static final String METADATA = "__metadata__";

    /** The limit of Hugging Face's reader; anything longer is not a safetensors file. */
    private static final long MAX_LENGTH = 100_000_000;

    /** @param start position of its elements, counted from {@link SafetensorsHeader#dataStart} */
    record Entry(TensorInfo info, long start) {
        long end() {
            return start + info.bytes();
        }
    }

    static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw broken(file, "it has " + size + " bytes, too few for a safetensors file");
        }
        ByteBuffer start = read(channel, 0, Long.BYTES);
        long length = start.getLong(0);
        if (length < 2 || length > MAX_LENGTH) {
            throw broken(file, notSafetensors(start, length));
        }
        if (Long.BYTES + length > size) {
            throw broken(
                    file,
                    "its header should have " + length + " bytes, and the file ends after " + (size - Long.BYTES)
                            + ": it is truncated");
        }
        JsonNode json = parse(file, read(channel, Long.BYTES, (int) length));
        long dataStart = Long.BYTES + length;
        List<Entry> entries = new ArrayList<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            if (property.getKey().equals(METADATA)) {
                readMetadata(file, property.getValue(), metadata);
            } else {
                entries.add(entry(file, property.getKey(), property.getValue()));
            }
        }
        entries.sort(Comparator.comparingLong(Entry::start).thenComparingLong(Entry::end));
        checkPlaces(file, entries, size - dataStart);
        return new SafetensorsHeader(List.copyOf(entries), Map.copyOf(metadata), dataStart);
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, position + bytes.position()) < 0) {
                throw new IOException("ended while it was read");
            }
        }
        return bytes.flip();
    }

    private static String notSafetensors(ByteBuffer start, long length) {
        String text = new String(start.array(), StandardCharsets.US_ASCII);
        if (text.equals("version ")) {
            return "it is a Git LFS pointer, not the file itself; fetch the file with git lfs pull";
        }
        if (text.startsWith("PK")) {
            return "it is a zip archive, perhaps in PyTorch's own format; safetensors is needed";
        }
        return "its header would have " + Long.toUnsignedString(length)
                + " bytes, which is too long: it is damaged, or not a safetensors file";
    }

    private static JsonNode parse(Path file, ByteBuffer bytes) {
        JsonNode json;
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            json = JsonDocument.read(text);
        } catch (CharacterCodingException e) {
            throw broken(file, "its header is not UTF-8 text", e);
        } catch (JacksonException e) {
            throw broken(file, "its header is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (json == null || !json.isObject()) {
            throw broken(file, "its header is not a JSON object");
        }
        return json;
    }

    private static void readMetadata(Path file, JsonNode json, Map<String, String> metadata) {
        if (!json.isObject()) {
            throw broken(file, METADATA + " is not a JSON object");
        }
        for (Map.Entry<String, JsonNode> property : json.properties()) {
            if (!property.getValue().isString()) {
                throw broken(file, METADATA + "." + property.getKey() + " is not a text");
            }
            metadata.put(property.getKey(), property.getValue().stringValue());
        }
    }

    private static Entry entry(Path file, String name, JsonNode json) {
        DType dtype = dtype(file, name, json.get("dtype"));
        long[] dims = longs(file, name, "shape", json.get("shape"));
        long[] places = longs(file, name, "data_offsets", json.get("data_offsets"));
        if (places.length != 2 || places[0] > places[1]) {
            throw broken(
                    file,
                    "tensor " + name + ": data_offsets is " + Arrays.toString(places)
                            + "; it must be a start and an end");
        }
        TensorInfo info = new TensorInfo(name, dtype, Shape.of(dims));
        long bytes;
        try {
            bytes = info.bytes();
        } catch (ArithmeticException e) {
            throw broken(file, "tensor " + name + ": its shape " + info.shape() + " is too large", e);
        }
        if (bytes != places[1] - places[0]) {
            throw broken(
                    file,
                    "tensor " + name + ": " + dtype + " " + info.shape() + " needs " + bytes + " bytes, and it has "
                            + (places[1] - places[0]));
        }
        return new Entry(info, places[0]);
    }

    private static DType dtype(Path file, String name, JsonNode json) {
        String text = json == null || !json.isString() ? String.valueOf(json) : json.stringValue();
        for (DType dtype : DType.values()) {
            if (dtype.name().equals(text)) {
                return dtype;
            }
        }
        throw broken(
                file,
                "tensor " + name + ": its element type is " + text + "; supported are "
                        + Arrays.toString(DType.values()));
    }

    private static long[] longs(Path file, String name, String key, JsonNode json) {
        if (json == null || !json.isArray()) {
            throw broken(file, "tensor " + name + ": " + key + " is " + json + "; it must be a list of integers");
        }
        long[] values = new long[json.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = json.get(i);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 0) {
                throw broken(
                        file,
                        "tensor " + name + ": " + key + " holds " + value + "; only integers from 0 up are allowed");
            }
            values[i] = value.longValue();
        }
        return values;
    }

    private static void checkPlaces(Path file, List<Entry> entries, long dataSize) {
        long expected = 0;
        String before = "";
        for (Entry entry : entries) {
            String name = entry.info().name();
            if (entry.end() > dataSize) {
                throw broken(
                        file,
                        "tensor " + name + " ends at byte " + entry.end() + " of the elements, and the file holds "
                                + dataSize + ": it is truncated");
            }
            if (entry.start() < expected) {
                throw broken(file, "tensors " + before + " and " + name + " overlap");
            }
            if (entry.start() > expected) {
                throw broken(
                        file,
                        "the " + (entry.start() - expected) + " bytes before tensor " + name + " belong to no tensor");
            }
            expected = entry.end();
            before = name;
        }
        if (expected != dataSize) {
            throw broken(
                    file, "it has " + (dataSize - expected) + " bytes after the last tensor, which belong to none");
        }
    }

    private static UserException broken(Path file, String what) {
        return new UserException(file + ": cannot be used: " + what + ".");
    }

    private static UserException broken(Path file, String what, Exception cause) {
        return new UserException(file + ": cannot be used: " + what + ".", cause);
    }
}
