package dev.newt.report.tensorboard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads event files by the published formats, with a bitwise CRC of its own. */
final class EventReader {
    /** The Castagnoli polynomial, bits reversed. */
    private static final int POLYNOMIAL = 0x82F63B78;

    /** A message's fields, each value a Long, a Double, a Float or a byte[]. */
    static final class Message {
        private final Map<Integer, List<Object>> fields = new LinkedHashMap<>();

        Message(byte[] bytes) {
            ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (in.hasRemaining()) {
                long tag = varint(in);
                Object value =
                        switch ((int) (tag & 7)) {
                            case 0 -> varint(in);
                            case 1 -> in.getDouble();
                            case 2 -> {
                                byte[] content = new byte[Math.toIntExact(varint(in))];
                                in.get(content);
                                yield content;
                            }
                            case 5 -> in.getFloat();
                            default -> throw new IllegalStateException("wire type " + (tag & 7));
                        };
                fields.computeIfAbsent((int) (tag >>> 3), k -> new ArrayList<>())
                        .add(value);
            }
        }

        boolean has(int field) {
            return fields.containsKey(field);
        }

        Object get(int field) {
            return fields.get(field).get(0);
        }

        String text(int field) {
            return new String((byte[]) get(field), StandardCharsets.UTF_8);
        }

        Message message(int field) {
            return new Message((byte[]) get(field));
        }

        List<Message> messages(int field) {
            return fields.getOrDefault(field, List.of()).stream()
                    .map(bytes -> new Message((byte[]) bytes))
                    .toList();
        }

        long step() {
            return has(2) ? (Long) get(2) : 0;
        }

        private static long varint(ByteBuffer in) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = in.get();
                value |= (long) (next & 0x7F) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }
    }

    private EventReader() {}

    /** All records; fails where a length or a checksum is wrong. */
    static List<Message> read(Path file) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        List<Message> events = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] length = new byte[8];
            in.get(length);
            check(length, in.getInt());
            byte[] content = new byte
                    [Math.toIntExact(ByteBuffer.wrap(length)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .getLong())];
            in.get(content);
            check(content, in.getInt());
            events.add(new Message(content));
        }
        return events;
    }

    private static void check(byte[] bytes, int stored) {
        int crc = -1;
        for (byte b : bytes) {
            crc ^= b & 0xFF;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 1 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
            }
        }
        crc = ~crc;
        int masked = (crc >>> 15 | crc << 17) + 0xa282ead8;
        if (masked != stored) {
            throw new IllegalStateException("checksum " + stored + ", should be " + masked);
        }
    }
}
