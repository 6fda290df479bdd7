package dev.newt.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DjlEngineTest {
    private static Oracle oracle;
    private static DjlEngine engine;

    @BeforeAll
    static void open() {
        oracle = new Oracle();
        engine = oracle.engine;
    }

    @AfterEach
    void clear() {
        oracle.clear();
    }

    @AfterAll
    static void close() {
        oracle.close();
    }

    @Test
    void saysWhatItIs() {
        assertThat(engine.description()).matches("libtorch 2\\.\\d+\\.\\d+, CPU, \\d+ threads?");
        try (DjlEngine single = DjlEngine.create(1)) {
            assertThat(single.description()).endsWith("CPU, 1 thread");
        }
    }

    // Memory

    @ParameterizedTest
    @EnumSource
    void elementsOfEveryTypeGoInAndComeOut(DType type) {
        ByteBuffer elements = ByteBuffer.allocate(3 + 6 * type.bytes());
        for (int i = 0; i < elements.capacity(); i++) {
            elements.put(i, (byte) (type == DType.BOOL ? i & 1 : 17 * i + 3));
        }
        elements.position(2).limit(2 + 6 * type.bytes());
        Tensor tensor = oracle.keep(engine.upload(elements, type, Shape.of(2, 3)));
        assertThat(tensor.dtype()).isEqualTo(type);
        assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(engine.download(tensor)).isEqualTo(elements);
        assertThat(elements.position()).isEqualTo(2);
    }

    @Test
    void floatsBecomeTheNearestBfloat16AndCountsBecomeI64() {
        Tensor floats = oracle.keep(engine.upload(new float[] {1, -2.5f, 1.00390625f, 3.0e38f}, Shape.of(4)));
        Tensor narrow = oracle.keep(engine.cast(floats, DType.BF16));
        assertThat(engine.downloadFloats(narrow)).containsExactly(1, -2.5f, 1, 3.0040553e38f);
        assertThat(engine.download(narrow).order(ByteOrder.LITTLE_ENDIAN).getShort(2))
                .isEqualTo((short) 0xC020);
        Tensor counts = oracle.keep(engine.upload(new int[] {5, -1}));
        assertThat(counts.dtype()).isEqualTo(DType.I64);
        assertThat(engine.download(counts).order(ByteOrder.LITTLE_ENDIAN).getLong(8))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void zerosAreZero(DType type) {
        ByteBuffer elements = engine.download(oracle.keep(engine.zeros(type, Shape.of(3, 5))));
        assertThat(elements).isEqualTo(ByteBuffer.allocate(15 * type.bytes()));
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
            tensor = oracle.keep(engine.map(mapped.position(8), type, Shape.of(4, 4)));
            assertThat(engine.allocatedBytes()).isEqualTo(before);
        }
        // The tensor alone keeps the mapping.
        System.gc();
        assertThat(engine.download(tensor)).isEqualTo(ByteBuffer.wrap(content, 8, content.length - 8));
        Tensor row = oracle.keep(engine.rows(tensor, 3, 4));
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
        Tensor unaligned = oracle.keep(engine.map(buffer.position(1), DType.F32, Shape.of(2)));
        Tensor heap = oracle.keep(engine.map(
                ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 7), DType.F32, Shape.of(1)));
        assertThat(engine.allocatedBytes() - before).isEqualTo(12);
        assertThat(engine.downloadFloats(unaligned)).containsExactly(1.5f, -2);
        assertThat(engine.downloadFloats(heap)).containsExactly(7);
        refuses(() -> engine.map(buffer, DType.F32, Shape.of(3)), "needs 12 bytes");
    }

    @Test
    void copiesConvert() {
        Tensor source = oracle.keep(engine.upload(new float[] {1.001f, 2, 3, 4}, Shape.of(2, 2)));
        Tensor target = oracle.keep(engine.zeros(DType.BF16, Shape.of(2, 2)));
        engine.copyInto(source, target);
        assertThat(engine.downloadFloats(target)).containsExactly(1, 2, 3, 4);
        Tensor same = oracle.keep(engine.cast(source, DType.F32));
        engine.scale(List.of(same), 10);
        assertThat(engine.downloadFloats(source)).containsExactly(1.001f, 2, 3, 4);
        refuses(() -> engine.copyInto(oracle.random(DType.F32, 4), target), "shape");
    }

    @Test
    void reshapedTensorsShareMemoryAndAreClosedInAnyOrder() {
        long before = engine.allocatedBytes();
        Tensor flat = engine.upload(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(6));
        Tensor table = engine.reshape(flat, Shape.of(2, 3));
        assertThat(engine.allocatedBytes() - before).isEqualTo(24);
        flat.close();
        flat.close();
        assertThat(engine.allocatedBytes() - before).isEqualTo(24);
        engine.scale(List.of(table), 2);
        assertThat(engine.downloadFloats(oracle.keep(engine.rows(table, 1, 2)))).containsExactly(8, 10, 12);
        assertThat(oracle.keep(engine.rows(table, 1, 1)).shape()).isEqualTo(Shape.of(0, 3));
        refuses(() -> engine.rows(table, 1, 3), "rows 1 to 3");
        refuses(() -> engine.reshape(table, Shape.of(5)), "elements");
        table.close();
        assertThat(engine.allocatedBytes() - before).isEqualTo(12);
    }

    @Test
    void peakRemembersTheLargestSum() {
        try (DjlEngine other = DjlEngine.create()) {
            try (Tensor first = other.zeros(DType.F32, Shape.of(1000))) {
                other.zeros(DType.BF16, Shape.of(300)).close();
                assertThat(other.allocatedBytes()).isEqualTo(first.bytes());
            }
            other.zeros(DType.U8, Shape.of(7)).close();
            assertThat(other.allocatedBytes()).isZero();
            assertThat(other.peakBytes()).isEqualTo(4600);
        }
    }

    @Test
    void closedAndForeignTensorsAreRefused() {
        Tensor closed = engine.zeros(DType.F32, Shape.of(2, 2));
        closed.close();
        assertThat(closed.isOpen()).isFalse();
        assertThatThrownBy(() -> engine.download(closed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> engine.linear(oracle.random(DType.F32, 2, 2), closed, Optional.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        try (DjlEngine other = DjlEngine.create();
                Tensor foreign = other.zeros(DType.F32, Shape.of(2, 2))) {
            refuses(() -> engine.download(foreign), "another engine");
        }
        DjlEngine gone = DjlEngine.create();
        Tensor survivor = gone.zeros(DType.F32, Shape.of(1));
        gone.close();
        gone.close();
        assertThatThrownBy(() -> gone.zeros(DType.F32, Shape.of(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the engine is closed");
        survivor.close();
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

    // Elementwise, embedding

    @Test
    void addsScalesAndSums() {
        Tensor a = oracle.keep(engine.upload(new float[] {1, 2, 3}, Shape.of(3)));
        Tensor b = oracle.keep(engine.upload(new float[] {10, 20, 30}, Shape.of(3)));
        assertThat(engine.downloadFloats(oracle.keep(engine.add(a, b)))).containsExactly(11, 22, 33);
        Tensor narrow = oracle.keep(engine.cast(b, DType.BF16));
        engine.addInto(narrow, a);
        assertThat(engine.downloadFloats(a)).containsExactly(11, 22, 33);
        engine.scale(List.of(a, narrow), 0.5);
        assertThat(engine.downloadFloats(a)).containsExactly(5.5f, 11, 16.5f);
        assertThat(engine.downloadFloats(narrow)).containsExactly(5, 10, 15);
        assertThat(engine.squaredNorm(List.of(a, narrow))).isEqualTo(30.25 + 121 + 272.25 + 350);
        assertThat(engine.squaredNorm(List.of())).isZero();
        refuses(() -> engine.add(a, narrow), "BF16");
        refuses(() -> engine.add(a, oracle.random(DType.F32, 4)), "shape");
    }

    @Test
    void sumsOfSquaresOfBfloat16AreWide() {
        Tensor ones = oracle.random(DType.BF16, 100_000);
        double expected = 0;
        for (double value : oracle.values(ones)) {
            expected += value * value;
        }
        assertThat(engine.squaredNorm(List.of(ones)) / expected).isBetween(1 - 1e-5, 1 + 1e-5);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void embeddingAgreesWithAutograd(DType type) {
        oracle.seed(3);
        Tensor table = oracle.random(type, 11, 7);
        Tensor ids = oracle.indices(40, 11);
        Tensor dOut = oracle.random(type, 40, 7);
        List<double[]> expected = oracle.run("embedding", table, ids, dOut);
        oracle.close("out", engine.embedding(table, ids), expected.get(0), type);
        Tensor dTable = engine.embeddingBackward(dOut, ids, 11);
        assertThat(dTable.dtype()).isEqualTo(type.accumulator());
        oracle.close("dTable", dTable, expected.get(1), type.accumulator());
        refuses(
                () -> engine.embedding(oracle.random(type, 10, 7), oracle.keep(engine.upload(new int[] {3, 10}))),
                "10");
        refuses(() -> engine.embeddingBackward(dOut, ids, 1), "ids hold");
    }

    // Optimizer

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void adamWFollowsItsDefinition(DType type) {
        int size = 1003;
        Tensor parameter = oracle.random(type, size);
        Tensor first = oracle.keep(engine.zeros(type, Shape.of(size)));
        Tensor second = oracle.keep(engine.zeros(type, Shape.of(size)));
        double[] p = oracle.values(parameter);
        double[] m = new double[size];
        double[] v = new double[size];
        for (int step = 1; step <= 20; step++) {
            Tensor gradient = oracle.random(Math.pow(10, step % 5 - 3), type, size);
            double[] g = oracle.values(gradient);
            double rate = 1e-3 * step;
            for (int i = 0; i < size; i++) {
                p[i] -= rate * 0.01 * p[i];
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                double root = Math.sqrt(v[i] / (1 - Math.pow(0.999, step)));
                p[i] -= rate * m[i] / (1 - Math.pow(0.9, step)) / (root + 1e-8);
            }
            engine.adamW(
                    List.of(parameter),
                    List.of(gradient),
                    List.of(first),
                    List.of(second),
                    step,
                    rate,
                    0.9,
                    0.999,
                    1e-8,
                    0.01);
        }
        double bound = type == DType.F64 ? 1e-12 : 1e-6;
        assertThat(Oracle.difference(oracle.values(parameter), p)).isLessThan(bound);
        assertThat(Oracle.difference(oracle.values(first), m)).isLessThan(bound);
        assertThat(Oracle.difference(oracle.values(second), v)).isLessThan(bound);
    }

    @Test
    void adamWUpdatesBfloat16ThroughAWideCopy() {
        Tensor narrow = oracle.random(DType.BF16, 3, 5);
        Tensor wide = oracle.keep(engine.cast(narrow, DType.F32));
        Tensor gradient = oracle.random(DType.F32, 3, 5);
        for (Tensor parameter : List.of(narrow, wide)) {
            Tensor first = oracle.keep(engine.zeros(DType.F32, Shape.of(3, 5)));
            Tensor second = oracle.keep(engine.zeros(DType.F32, Shape.of(3, 5)));
            engine.adamW(
                    List.of(parameter),
                    List.of(gradient),
                    List.of(first),
                    List.of(second),
                    1,
                    0.1,
                    0.9,
                    0.999,
                    1e-8,
                    0);
        }
        Tensor rounded = oracle.keep(engine.cast(wide, DType.BF16));
        assertThat(engine.downloadFloats(narrow)).containsExactly(engine.downloadFloats(rounded));
        refuses(
                () -> engine.adamW(
                        List.of(narrow), List.of(gradient), List.of(narrow), List.of(narrow), 1, 1, 0, 0, 0, 0),
                "first moment");
    }

    private static void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
