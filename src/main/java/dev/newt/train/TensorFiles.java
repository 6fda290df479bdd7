package dev.newt.train;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Named tensors in a safetensors file, one tensor at a time in memory. */
final class TensorFiles {
    private static final JsonMapper JSON = JsonMapper.shared();

    private TensorFiles() {}

    static void write(Path file, Engine engine, Map<String, Tensor> tensors) throws IOException {
        ObjectNode header = JSON.createObjectNode();
        long at = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            ObjectNode described =
                    header.putObject(entry.getKey()).put("dtype", tensor.dtype().name());
            described.set("shape", JSON.valueToTree(tensor.shape().toArray()));
            described.set("data_offsets", JSON.valueToTree(new long[] {at, at + tensor.bytes()}));
            at += tensor.bytes();
        }
        byte[] json = JSON.writeValueAsBytes(header);
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer length = ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(padded.length)
                    .flip();
            AtomicFiles.writeFully(channel, length);
            AtomicFiles.writeFully(channel, ByteBuffer.wrap(padded));
            for (Tensor tensor : tensors.values()) {
                AtomicFiles.writeFully(channel, engine.download(tensor));
            }
        }
    }

    static Reader open(Path file, Engine engine) {
        return new Reader(file, engine);
    }

    /** An open file. */
    static final class Reader implements AutoCloseable {
        private final Path file;
        private final Engine engine;
        private final FileChannel channel;
        private final JsonNode header;
        private final long dataStart;

        private Reader(Path file, Engine engine) {
            this.file = file;
            this.engine = engine;
            try {
                channel = FileChannel.open(file);
                int length = (int) bytes(0, Long.BYTES).getLong();
                header = JSON.readTree(
                        StandardCharsets.UTF_8.decode(bytes(Long.BYTES, length)).toString());
                dataStart = Long.BYTES + length;
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": cannot be read", e);
            }
        }

        private ByteBuffer bytes(long position, int count) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocateDirect(count).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, position + buffer.position()) < 0) {
                    throw new UserException(file + ": ends too early");
                }
            }
            return buffer.flip();
        }

        /** The tensor of that name, which must have the shape and type of {@code like}. */
        Tensor read(String name, Tensor like) {
            JsonNode described = header.path(name);
            long[] shape = JSON.treeToValue(described.path("shape"), long[].class);
            if (!described.path("dtype").asString("").equals(like.dtype().name())
                    || !Arrays.equals(shape, like.shape().toArray())) {
                throw new UserException(
                        file + ": has no tensor " + name + " of shape " + like.shape() + " in " + like.dtype());
            }
            long start = described.path("data_offsets").path(0).asLong();
            DType dtype = like.dtype();
            try {
                return engine.upload(bytes(dataStart + start, Math.toIntExact(like.bytes())), dtype, like.shape());
            } catch (IOException e) {
                throw new UncheckedIOException(file + ": cannot be read", e);
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
