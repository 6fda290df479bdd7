package dev.newt.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.engine.EngineContract;
import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All of the contract, and what libtorch alone has to keep. */
class DjlEngineTest extends EngineContract {
    private final DjlEngine engine = DjlEngine.create();
    private final List<Tensor> open = new ArrayList<>();

    @Override
    protected Engine open() {
        return DjlEngine.create();
    }

    @AfterEach
    void close() {
        open.forEach(Tensor::close);
        assertThat(engine.allocatedBytes()).isZero();
        engine.close();
    }

    private <T extends Tensor> T keep(T tensor) {
        open.add(tensor);
        return tensor;
    }

    @Test
    void saysWhatItIs() {
        assertThat(engine.description()).matches("libtorch 2\\.\\d+\\.\\d+, CPU, \\d+ threads?");
        try (DjlEngine single = DjlEngine.create(1)) {
            assertThat(single.description()).endsWith("CPU, 1 thread");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16", "F16", "U8"})
    void aMappedFileIsReadInPlace(DType type, @TempDir Path directory) throws IOException {
        byte[] content = new byte[8 + 16 * type.bytes()];
        for (int i = 0; i < content.length; i++) {
            content[i] = (byte) (i % 60);
        }
        Path file = Files.write(directory.resolve("weights"), content);
        Tensor tensor;
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, content.length);
            long before = engine.allocatedBytes();
            tensor = keep(engine.map(mapped.position(8), type, Shape.of(4, 4)));
            assertThat(engine.allocatedBytes()).isEqualTo(before);
        }
        // The tensor alone keeps the mapping.
        System.gc();
        assertThat(engine.download(tensor)).isEqualTo(ByteBuffer.wrap(content, 8, content.length - 8));
        Tensor row = keep(engine.rows(tensor, 3, 4));
        assertThat(engine.download(row)).isEqualTo(ByteBuffer.wrap(content, 8 + 12 * type.bytes(), 4 * type.bytes()));
        if (type.isFloating()) {
            assertThatThrownBy(() -> engine.scale(List.of(tensor), 2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("mapped");
        }
    }

    @Test
    void unalignedAndHeapBuffersAreCopied() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(9).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putFloat(1, 1.5f).putFloat(5, -2);
        long before = engine.allocatedBytes();
        Tensor unaligned = keep(engine.map(buffer.position(1), DType.F32, Shape.of(2)));
        Tensor heap = keep(engine.map(
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 7), DType.F32, Shape.of(1)));
        assertThat(engine.allocatedBytes() - before).isEqualTo(12);
        assertThat(engine.downloadFloats(unaligned)).containsExactly(1.5f, -2);
        assertThat(engine.downloadFloats(heap)).containsExactly(7);
        refuses(() -> engine.map(buffer, DType.F32, Shape.of(3)), "needs 12 bytes");
    }

    @Test
    void tooLittleMemoryIsSaidPlainly() {
        assertThatThrownBy(() -> engine.zeros(DType.F32, Shape.of(1L << 44)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not enough memory for zeros");
    }

    /** With one thread: on a busy machine threads that wait for each other make this slow. */
    @Test
    void aThousandCallsLeaveNothingBehind() throws IOException {
        try (DjlEngine single = DjlEngine.create(1);
                Tensor x = single.zeros(DType.F32, Shape.of(256, 64));
                Tensor w = single.zeros(DType.F32, Shape.of(512, 64));
                Tensor row = single.zeros(DType.F32, Shape.of(512))) {
            long allocated = single.allocatedBytes();
            long resident = 0;
            for (int i = 0; i < 1100; i++) {
                if (i == 100) {
                    resident = residentBytes();
                }
                Tensor y = single.linear(x, w, Optional.empty());
                var norm = single.rmsNorm(y, row, 1e-5);
                single.reshape(norm.y(), Shape.of(512, 256)).close();
                norm.y().close();
                norm.inverseRms().close();
                y.close();
            }
            assertThat(single.allocatedBytes()).isEqualTo(allocated);
            // One leaked output a call would be 500 MB.
            assertThat(residentBytes() - resident).isLessThan(64L << 20);
        }
    }

    private static long residentBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow()
                    * 1024;
        }
    }

    private static void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
