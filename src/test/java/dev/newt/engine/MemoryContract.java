package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.DType;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors: made, filled, read, converted, counted. */
abstract class MemoryContract extends OperationContract {
    @ParameterizedTest
    @EnumSource
    void elementsOfEveryTypeGoInAndComeOut(DType type) {
        ByteBuffer elements = ByteBuffer.allocate(3 + 6 * type.bytes());
        for (int i = 0; i < elements.capacity(); i++) {
            elements.put(i, (byte) (type == DType.BOOL ? i & 1 : 17 * i + 3));
        }
        elements.position(2).limit(2 + 6 * type.bytes());
        Tensor tensor = oracle.keep(oracle.engine.upload(elements, type, Shape.of(2, 3)));
        assertThat(tensor.dtype()).isEqualTo(type);
        assertThat(tensor.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(oracle.engine.download(tensor)).isEqualTo(elements);
        assertThat(elements.position()).isEqualTo(2);
    }

    @Test
    void floatsBecomeTheNearestBfloat16AndCountsBecomeI64() {
        Tensor floats = oracle.keep(oracle.engine.upload(new float[] {1, -2.5f, 1.00390625f, 3.0e38f}, Shape.of(4)));
        Tensor narrow = oracle.keep(oracle.engine.cast(floats, DType.BF16));
        assertThat(oracle.engine.downloadFloats(narrow)).containsExactly(1, -2.5f, 1, 3.0040553e38f);
        assertThat(oracle.engine.download(narrow).order(ByteOrder.LITTLE_ENDIAN).getShort(2))
                .isEqualTo((short) 0xC020);
        Tensor counts = oracle.keep(oracle.engine.upload(new int[] {5, -1}));
        assertThat(counts.dtype()).isEqualTo(DType.I64);
        assertThat(oracle.engine.download(counts).order(ByteOrder.LITTLE_ENDIAN).getLong(8))
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @EnumSource
    void zerosAreZero(DType type) {
        ByteBuffer elements = oracle.engine.download(oracle.keep(oracle.engine.zeros(type, Shape.of(3, 5))));
        assertThat(elements).isEqualTo(ByteBuffer.allocate(15 * type.bytes()));
    }

    @Test
    void copiesConvert() {
        Tensor source = oracle.keep(oracle.engine.upload(new float[] {1.001f, 2, 3, 4}, Shape.of(2, 2)));
        Tensor target = oracle.keep(oracle.engine.zeros(DType.BF16, Shape.of(2, 2)));
        oracle.engine.copyInto(source, target);
        assertThat(oracle.engine.downloadFloats(target)).containsExactly(1, 2, 3, 4);
        Tensor same = oracle.keep(oracle.engine.cast(source, DType.F32));
        oracle.engine.scale(List.of(same), 10);
        assertThat(oracle.engine.downloadFloats(source)).containsExactly(1.001f, 2, 3, 4);
        refuses(() -> oracle.engine.copyInto(oracle.random(DType.F32, 4), target), "shape");
    }

    @Test
    void reshapedTensorsShareMemoryAndAreClosedInAnyOrder() {
        long before = oracle.engine.allocatedBytes();
        Tensor flat = oracle.engine.upload(new float[] {1, 2, 3, 4, 5, 6}, Shape.of(6));
        Tensor table = oracle.engine.reshape(flat, Shape.of(2, 3));
        assertThat(oracle.engine.allocatedBytes() - before).isEqualTo(24);
        flat.close();
        flat.close();
        assertThat(oracle.engine.allocatedBytes() - before).isEqualTo(24);
        oracle.engine.scale(List.of(table), 2);
        assertThat(oracle.engine.downloadFloats(oracle.keep(oracle.engine.rows(table, 1, 2))))
                .containsExactly(8, 10, 12);
        assertThat(oracle.keep(oracle.engine.rows(table, 1, 1)).shape()).isEqualTo(Shape.of(0, 3));
        refuses(() -> oracle.engine.rows(table, 1, 3), "rows 1 to 3");
        refuses(() -> oracle.engine.reshape(table, Shape.of(5)), "elements");
        table.close();
        assertThat(oracle.engine.allocatedBytes() - before).isEqualTo(12);
    }

    @Test
    void peakRemembersTheLargestSum() {
        try (Engine other = oracle.another()) {
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
        Tensor closed = oracle.engine.zeros(DType.F32, Shape.of(2, 2));
        closed.close();
        assertThat(closed.isOpen()).isFalse();
        assertThatThrownBy(() -> oracle.engine.download(closed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> oracle.engine.linear(oracle.random(DType.F32, 2, 2), closed, Optional.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        try (Engine other = oracle.another();
                Tensor foreign = other.zeros(DType.F32, Shape.of(2, 2))) {
            refuses(() -> oracle.engine.download(foreign), "another engine");
        }
        Engine gone = oracle.another();
        Tensor survivor = gone.zeros(DType.F32, Shape.of(1));
        gone.close();
        gone.close();
        assertThatThrownBy(() -> gone.zeros(DType.F32, Shape.of(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the engine is closed");
        survivor.close();
    }

    private void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
