package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.engine.djl.Oracle;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.UpdateOps.AdamWStep;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Optimizers. */
abstract class UpdateContract extends OperationContract {
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void adamWFollowsItsDefinition(DType type) {
        int size = 1003;
        Tensor parameter = oracle.random(type, size);
        Tensor first = oracle.keep(oracle.engine.zeros(type, Shape.of(size)));
        Tensor second = oracle.keep(oracle.engine.zeros(type, Shape.of(size)));
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
            oracle.engine.adamW(
                    List.of(parameter),
                    List.of(gradient),
                    List.of(first),
                    List.of(second),
                    new AdamWStep(step, rate, 0.9, 0.999, 1e-8, 0.01));
        }
        double bound = type == DType.F64 ? 1e-12 : 1e-6;
        assertThat(Oracle.difference(oracle.values(parameter), p)).isLessThan(bound);
        assertThat(Oracle.difference(oracle.values(first), m)).isLessThan(bound);
        assertThat(Oracle.difference(oracle.values(second), v)).isLessThan(bound);
    }

    @Test
    void adamWUpdatesBfloat16ThroughAWideCopy() {
        Tensor narrow = oracle.random(DType.BF16, 3, 5);
        Tensor wide = oracle.keep(oracle.engine.cast(narrow, DType.F32));
        Tensor gradient = oracle.random(DType.F32, 3, 5);
        for (Tensor parameter : List.of(narrow, wide)) {
            Tensor first = oracle.keep(oracle.engine.zeros(DType.F32, Shape.of(3, 5)));
            Tensor second = oracle.keep(oracle.engine.zeros(DType.F32, Shape.of(3, 5)));
            oracle.engine.adamW(
                    List.of(parameter),
                    List.of(gradient),
                    List.of(first),
                    List.of(second),
                    new AdamWStep(1, 0.1, 0.9, 0.999, 1e-8, 0));
        }
        Tensor rounded = oracle.keep(oracle.engine.cast(wide, DType.BF16));
        assertThat(oracle.engine.downloadFloats(narrow)).containsExactly(oracle.engine.downloadFloats(rounded));
        refuses(
                () -> oracle.engine.adamW(
                        List.of(narrow),
                        List.of(gradient),
                        List.of(narrow),
                        List.of(narrow),
                        new AdamWStep(1, 1, 0, 0, 0, 0)),
                "first moment");
    }

    private void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
