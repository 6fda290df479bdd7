package dev.newt.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama/model/model.safetensors",
                "qwen2/model/model.safetensors",
                "llama/adapter_dora/adapter_model.safetensors",
                "llama/nf4/nf4.safetensors"
            })
    void aFileWrittenAgainIsTheSameByteForByte(String name) throws IOException {
        Path original = Path.of("src/test/resources/golden", name);
        Path copy = folder.resolve("copy.safetensors");
        try (SafetensorsFile file = SafetensorsFile.open(original)) {
            List<TensorInfo> tensors =
                    file.tensors().values().stream().map(StoredTensor::info).toList();
            SafetensorsWriter.write(
                    copy,
                    tensors,
                    file.metadata(),
                    (tensor, sink) -> sink.write(file.tensor(tensor.name()).buffer()));
        }
        assertThat(Files.mismatch(copy, original)).isEqualTo(-1);
    }

    @Test
    void everyElementTypeRoundTrips() {
        List<TensorInfo> tensors = Arrays.stream(DType.values())
                .map(type -> new TensorInfo("t." + type, type, Shape.of(3, 5)))
                .toList();
        Path path = folder.resolve("types.safetensors");
        SafetensorsWriter.write(path, tensors, SafetensorsWriter.PYTORCH, (tensor, sink) -> {
            byte[] bytes = pattern(tensor);
            sink.write(ByteBuffer.wrap(bytes, 0, 7)); // in pieces
            sink.write(ByteBuffer.wrap(bytes, 7, bytes.length - 7));
        });
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).containsExactly(Map.entry("format", "pt"));
            assertThat(file.tensors()).hasSameSizeAs(tensors);
            for (TensorInfo tensor : tensors) {
                StoredTensor stored = file.tensor(tensor.name());
                assertThat(stored.info()).isEqualTo(tensor);
                ByteBuffer buffer = stored.buffer();
                assertThat(buffer.isDirect()).isTrue();
                assertThat(buffer.isReadOnly()).isTrue();
                assertThat(buffer.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
                assertThat(buffer).isEqualTo(ByteBuffer.wrap(pattern(tensor)));
                int row = 5 * tensor.dtype().bytes();
                assertThat(stored.rows(1, 3)).isEqualTo(ByteBuffer.wrap(pattern(tensor), row, 2 * row));
            }
        }
    }

    @Test
    void scalarsAndEmptyTensorsRoundTrip() {
        List<TensorInfo> tensors = List.of(
                new TensorInfo("scalar", DType.F32, Shape.of()), new TensorInfo("empty", DType.BF16, Shape.of(0, 4)));
        Path path = folder.resolve("small.safetensors");
        SafetensorsWriter.write(
                path, tensors, Map.of(), (tensor, sink) -> sink.write(ByteBuffer.wrap(pattern(tensor))));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.metadata()).isEmpty();
            assertThat(file.tensor("scalar").buffer().remaining()).isEqualTo(4);
            assertThat(file.tensor("empty").buffer().remaining()).isZero();
            assertThat(file.tensor("empty").rows(0, 0).remaining()).isZero();
        }
    }

    @Test
    void elementsAtAnOddPlaceAreCopiedIntoPlace() throws IOException {
        Path path = file(
                "{\"b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
                        + "\"f\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[1,5]}}",
                5);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            ByteBuffer buffer = file.tensor("f").buffer();
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.getInt(0)).isEqualTo(0x05040302);
        }
    }

    @Test
    void buffersOutliveTheFileAndNewOnesAreRefused() {
        SafetensorsFile file = SafetensorsFile.open(Path.of("src/test/resources/golden/llama/model/model.safetensors"));
        StoredTensor tensor = file.tensor("model.norm.weight");
        ByteBuffer buffer = tensor.buffer();
        file.close();
        assertThat(FloatCodec.decode(buffer, DType.F32)).hasSize(64).doesNotContain(Float.NaN);
        assertThatThrownBy(tensor::buffer).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aTensorBeyondTwoGibibytesIsTakenByRows() throws IOException {
        long rows = 600_000_000L;
        Path path = folder.resolve("huge.safetensors");
        TensorInfo huge = new TensorInfo("huge", DType.F32, Shape.of(rows, 1));
        String header =
                "{\"huge\":{\"dtype\":\"F32\",\"shape\":[" + rows + ",1],\"data_offsets\":[0," + 4 * rows + "]}}";
        try (var channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] text = padded(header);
            channel.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, text.length));
            channel.write(ByteBuffer.wrap(text));
            // A hole, not 2.4 GB of zeros.
            channel.write(
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 1.5f),
                    8 + text.length + 4 * (rows - 1));
        }
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            StoredTensor tensor = file.tensor("huge");
            assertThat(tensor.info()).isEqualTo(huge);
            assertThat(tensor.fitsOneBuffer()).isFalse();
            assertThatThrownBy(tensor::buffer)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("take it by rows");
            assertThat(tensor.rows(rows - 2, rows).getFloat(4)).isEqualTo(1.5f);
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFile() throws IOException {
        Path path = folder.resolve("weights.safetensors");
        Files.writeString(path, "before");
        List<TensorInfo> tensors = List.of(new TensorInfo("a", DType.F32, Shape.of(2)));
        assertThatThrownBy(() -> SafetensorsWriter.write(
                        path, tensors, Map.of(), (tensor, sink) -> sink.write(ByteBuffer.allocate(4))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("a: 4 bytes were given for 8");
        assertThat(Files.readString(path)).isEqualTo("before");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(path);
        }
    }

    @Test
    void refusesTwoTensorsOfOneName() {
        TensorInfo tensor = new TensorInfo("a", DType.F32, Shape.of(2));
        assertThatThrownBy(() -> SafetensorsWriter.write(
                        folder.resolve("x"), List.of(tensor, tensor), Map.of(), (info, sink) -> {}))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 4 | tensor a ends at byte 8 of the elements, and the file holds 4: it is truncated
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 9 | it has 1 bytes after the last tensor
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}} | 12 | the 4 bytes before tensor a belong to no tensor
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} | 4 | F32 [2] needs 8 bytes, and it has 4
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | 8 | data_offsets is [8, 0]
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}} | 8 | data_offsets is [0]
                    {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,9]}} | 8 | data_offsets is [0, 8, 9]
                    {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | 8 | shape holds -2
                    {"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}} | 8 | shape holds 2.0
                    {"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}} | 8 | shape holds 99999999999999999999
                    {"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | 8 | too large
                    {"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}} | 8 | shape is 2; it must be a list of integers
                    {"a":{"dtype":"F32","data_offsets":[0,8]}} | 8 | shape is null
                    {"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}} | 8 | its element type is F8_E4M3; supported are [F64, F32
                    {"a":{"shape":[8],"data_offsets":[0,8]}} | 8 | its element type is null
                    {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}} | 6 | tensors a and b overlap
                    {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} | 4 | tensors a and b overlap
                    {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}} | 8 | Duplicate
                    {"a":7} | 0 | its element type is null
                    {"__metadata__":{"x":1}} | 0 | __metadata__.x is not a text
                    {"__metadata__":[]} | 0 | __metadata__ is not a JSON object
                    [] | 0 | its header is not a JSON object
                    {"a" | 0 | its header is not valid JSON
                    {} {} | 0 | its header is not valid JSON
                    """)
    void refusesADamagedHeader(String header, int dataBytes, String message) throws IOException {
        Path path = file(header, dataBytes);
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(path + ": cannot be used: ")
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatIsNoSuchFile() throws IOException {
        Path path = folder.resolve("model.safetensors");
        refused(path, "not found");
        Files.write(path, new byte[5]);
        refused(path, "it has 5 bytes, too few");
        Files.write(path, new byte[64]);
        refused(path, "its header would have 0 bytes");
        byte[] absurd = new byte[64];
        Arrays.fill(absurd, (byte) -1);
        Files.write(path, absurd);
        refused(path, "its header would have 18446744073709551615 bytes");
        Files.writeString(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\n");
        refused(path, "git lfs pull");
        Files.writeString(path, "PK\u0003\u0004 and the rest of an archive");
        refused(path, "zip archive");
        Files.write(path, new byte[] {3, 0, 0, 0, 0, 0, 0, 0, '"', (byte) 0xff, '"'});
        refused(path, "not UTF-8");
        refused(folder, "cannot be read");
    }

    @Test
    void refusesATensorThatIsNotThere() throws IOException {
        Path path = file("{}", 0);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> file.tensor("a"))
                    .isInstanceOf(UserException.class)
                    .hasMessage(path + ": has no tensor a.");
        }
    }

    @Test
    void aFileCutAnywhereIsRefused() throws IOException {
        byte[] whole = small();
        Path path = folder.resolve("cut.safetensors");
        for (int length = 0; length < whole.length; length++) {
            Files.write(path, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(UserException.class);
        }
        Files.write(path, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> SafetensorsFile.open(path)).isInstanceOf(UserException.class);
    }

    /** Damage that leaves a valid header (a letter of a name) may pass; nothing but a message for the user may come of the rest. */
    @Test
    void randomDamageEndsInAMessageOrAReadableFile() throws IOException {
        byte[] whole = small();
        Random random = new Random(20_240_229);
        Path path = folder.resolve("damaged.safetensors");
        int refused = 0;
        int rounds = 4000;
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt(256) : 32 + random.nextInt(95));
            }
            Files.write(path, bytes);
            Throwable failure = catchThrowable(() -> {
                try (SafetensorsFile file = SafetensorsFile.open(path)) {
                    for (StoredTensor tensor : file.tensors().values()) {
                        assertThat(tensor.buffer().remaining()).isEqualTo((int) tensor.bytes());
                    }
                }
            });
            if (failure != null) {
                refused++;
                assertThat(failure).isInstanceOf(UserException.class);
            }
        }
        assertThat(refused).isBetween(rounds / 2, rounds - 1);
    }

    private byte[] small() throws IOException {
        Path path = folder.resolve("small.safetensors");
        List<TensorInfo> tensors = List.of(
                new TensorInfo("first.weight", DType.F32, Shape.of(2, 3)),
                new TensorInfo("second.weight", DType.BF16, Shape.of(5)),
                new TensorInfo("third", DType.U8, Shape.of(3)));
        SafetensorsWriter.write(
                path,
                tensors,
                SafetensorsWriter.PYTORCH,
                (tensor, sink) -> sink.write(ByteBuffer.wrap(pattern(tensor))));
        return Files.readAllBytes(path);
    }

    private void refused(Path path, String message) {
        assertThatThrownBy(() -> SafetensorsFile.open(path))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(path.toString())
                .hasMessageContaining(message);
    }

    private Path file(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(text.length).put(text);
        for (int i = 1; i <= dataBytes; i++) {
            bytes.put((byte) i);
        }
        Path path = folder.resolve("made.safetensors");
        Files.write(path, bytes.array());
        return path;
    }

    private static byte[] padded(String header) {
        return (header + " ".repeat(7 - (header.length() + 7) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] pattern(TensorInfo tensor) {
        byte[] bytes = new byte[(int) tensor.bytes()];
        new Random(tensor.name().hashCode()).nextBytes(bytes);
        return bytes;
    }
}
