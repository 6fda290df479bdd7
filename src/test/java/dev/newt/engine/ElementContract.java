package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums, scales and the embedding. */
abstract class ElementContract extends OperationContract {
    @Test
    void addsScalesAndSums() {
        Tensor a = oracle.keep(oracle.engine.upload(new float[] {1, 2, 3}, Shape.of(3)));
        Tensor b = oracle.keep(oracle.engine.upload(new float[] {10, 20, 30}, Shape.of(3)));
        assertThat(oracle.engine.downloadFloats(oracle.keep(oracle.engine.add(a, b))))
                .containsExactly(11, 22, 33);
        Tensor narrow = oracle.keep(oracle.engine.cast(b, DType.BF16));
        oracle.engine.addInto(narrow, a);
        assertThat(oracle.engine.downloadFloats(a)).containsExactly(11, 22, 33);
        oracle.engine.scale(List.of(a, narrow), 0.5);
        assertThat(oracle.engine.downloadFloats(a)).containsExactly(5.5f, 11, 16.5f);
        assertThat(oracle.engine.downloadFloats(narrow)).containsExactly(5, 10, 15);
        assertThat(oracle.engine.squaredNorm(List.of(a, narrow))).isEqualTo(30.25 + 121 + 272.25 + 350);
        assertThat(oracle.engine.squaredNorm(List.of())).isZero();
        refuses(() -> oracle.engine.add(a, narrow), "BF16");
        refuses(() -> oracle.engine.add(a, oracle.random(DType.F32, 4)), "shape");
    }

    @Test
    void sumsOfSquaresOfBfloat16AreWide() {
        Tensor ones = oracle.random(DType.BF16, 100_000);
        double expected = 0;
        for (double value : oracle.values(ones)) {
            expected += value * value;
        }
        assertThat(oracle.engine.squaredNorm(List.of(ones)) / expected).isBetween(1 - 1e-5, 1 + 1e-5);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void embeddingAgreesWithAutograd(DType type) {
        oracle.seed(3);
        Tensor table = oracle.random(type, 11, 7);
        Tensor ids = oracle.indices(40, 11);
        Tensor dOut = oracle.random(type, 40, 7);
        List<double[]> expected = oracle.run("embedding", table, ids, dOut);
        oracle.close("out", oracle.engine.embedding(table, ids), expected.get(0), type);
        Tensor dTable = oracle.engine.embeddingBackward(dOut, ids, 11);
        assertThat(dTable.dtype()).isEqualTo(type.accumulator());
        oracle.close("dTable", dTable, expected.get(1), type.accumulator());
        refuses(
                () -> oracle.engine.embedding(
                        oracle.random(type, 10, 7), oracle.keep(oracle.engine.upload(new int[] {3, 10}))),
                "10");
        refuses(() -> oracle.engine.embeddingBackward(dOut, ids, 1), "ids hold");
    }

    private void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
