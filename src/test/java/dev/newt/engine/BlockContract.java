package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.Activation;
import dev.newt.tensor.BackwardOps.GatedGradients;
import dev.newt.tensor.BackwardOps.LayerNormGradients;
import dev.newt.tensor.BackwardOps.NormGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.ForwardOps.LayerNormOutput;
import dev.newt.tensor.ForwardOps.NormOutput;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Norms, rotary embedding, activations, slices. */
abstract class BlockContract extends OperationContract {
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void rmsNormAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 6; draw++) {
            oracle.seed(draw);
            int tokens = oracle.between(1, 90);
            int width = oracle.between(1, 200);
            // As the model's hidden states, or as its heads.
            long[] dims = draw % 2 == 0 ? new long[] {tokens, width} : new long[] {tokens, 3, width};
            double eps = draw == 2 ? 0.5 : 1e-5;
            Tensor x = oracle.random(draw == 4 ? 1e-3 : 1, type, dims);
            Tensor w = oracle.random(type, width);
            Tensor dY = oracle.random(type, dims);
            NormOutput output = oracle.engine.rmsNorm(x, w, eps);
            oracle.keep(output.inverseRms());
            assertThat(output.inverseRms().dtype()).isEqualTo(type.accumulator());
            boolean weightGradient = draw != 1;
            NormGradients gradients = oracle.engine.rmsNormBackward(dY, x, w, output.inverseRms(), weightGradient);
            List<double[]> expected = oracle.run("rms_norm", x, w, eps, dY);
            oracle.close("y", output.y(), expected.get(0), type);
            oracle.close("dX", gradients.dX(), expected.get(1), type);
            assertThat(gradients.dWeight().isPresent()).isEqualTo(weightGradient);
            gradients.dWeight().ifPresent(dWeight -> {
                assertThat(dWeight.dtype()).isEqualTo(type.accumulator());
                oracle.close("dWeight", dWeight, expected.get(2), type);
            });
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void rotaryAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 6; draw++) {
            oracle.seed(draw);
            int tokens = oracle.between(1, 60);
            int heads = oracle.between(1, 5);
            int headDim = 2 * oracle.between(2, 40);
            int half = draw % 2 == 0 ? headDim / 2 : oracle.between(1, headDim / 2);
            Tensor x = oracle.random(type, tokens, heads * headDim);
            Tensor cos = oracle.random(0.5, type.accumulator(), tokens, half);
            Tensor sin = oracle.random(0.5, type.accumulator(), tokens, half);
            Tensor dY = oracle.random(type, tokens, heads * headDim);
            List<double[]> expected = oracle.run("rotary", x, cos, sin, headDim, dY);
            oracle.close("y", oracle.engine.rotary(x, cos, sin, headDim), expected.get(0), type);
            oracle.close("dX", oracle.engine.rotaryBackward(dY, cos, sin, headDim), expected.get(1), type);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void gatedActivationsAgreeWithAutograd(DType type) {
        for (Activation activation : Activation.values()) {
            oracle.seed(activation.ordinal());
            int tokens = oracle.between(1, 60);
            int width = oracle.between(1, 60);
            Tensor gate = oracle.random(3, type, tokens, width);
            Tensor up = oracle.random(type, tokens, width);
            Tensor dY = oracle.random(type, tokens, width);
            double[] before = oracle.values(gate);
            List<double[]> expected = oracle.run("gated", gate, up, activation.ordinal(), dY);
            GatedGradients gradients = oracle.engine.gatedActivationBackward(dY, gate, up, activation);
            oracle.close(activation + " y", oracle.engine.gatedActivation(gate, up, activation), expected.get(0), type);
            oracle.close(activation + " dGate", gradients.dGate(), expected.get(1), type);
            oracle.close(activation + " dUp", gradients.dUp(), expected.get(2), type);
            assertThat(oracle.values(gate)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void layerNormAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 6; draw++) {
            oracle.seed(draw);
            int tokens = oracle.between(1, 90);
            int width = oracle.between(2, 200);
            double eps = draw == 2 ? 0.5 : 1e-5;
            Tensor x = oracle.random(draw == 4 ? 1e-2 : 1, type, tokens, width);
            Tensor w = oracle.random(type, width);
            boolean biased = draw != 3;
            Tensor bias = biased ? oracle.random(type, width) : oracle.keep(oracle.engine.zeros(type, Shape.of(width)));
            Tensor dY = oracle.random(type, tokens, width);
            LayerNormOutput output = oracle.engine.layerNorm(x, w, biased ? Optional.of(bias) : Optional.empty(), eps);
            oracle.keep(output.mean());
            oracle.keep(output.inverseDeviation());
            assertThat(output.mean().dtype()).isEqualTo(type.accumulator());
            boolean weightGradient = draw != 1;
            boolean biasGradient = draw != 5;
            LayerNormGradients gradients =
                    oracle.engine.layerNormBackward(dY, x, w, output, weightGradient, biasGradient);
            List<double[]> expected = oracle.run("layer_norm", x, w, bias, eps, dY);
            oracle.close("y", output.y(), expected.get(0), type);
            oracle.close("dX", gradients.dX(), expected.get(1), type);
            assertThat(gradients.dWeight().isPresent()).isEqualTo(weightGradient);
            assertThat(gradients.dBias().isPresent()).isEqualTo(biasGradient);
            gradients.dWeight().ifPresent(d -> oracle.close("dWeight", d, expected.get(2), type));
            gradients.dBias().ifPresent(d -> oracle.close("dBias", d, expected.get(3), type));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void activationsAgreeWithAutograd(DType type) {
        for (Activation activation : Activation.values()) {
            oracle.seed(activation.ordinal());
            Tensor x = oracle.random(3, type, oracle.between(1, 60), oracle.between(1, 60));
            Tensor dY = oracle.random(type, x.shape().toArray());
            double[] before = oracle.values(dY);
            List<double[]> expected = oracle.run("activation", x, activation.ordinal(), dY);
            oracle.close(activation + " y", oracle.engine.activation(x, activation), expected.get(0), type);
            Tensor dX = oracle.engine.activationBackward(dY, x, activation);
            oracle.close(activation + " dX", dX, expected.get(1), type);
            assertThat(oracle.values(dY)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void slicesOfFusedProductsAgreeWithAutograd(DType type) {
        for (int draw = 0; draw < 6; draw++) {
            oracle.seed(draw);
            int tokens = oracle.between(1, 40);
            int groups = draw == 0 ? 1 : oracle.between(1, 7);
            int width = oracle.between(1, 30);
            int start = oracle.between(0, width - 1);
            int length = oracle.between(1, width - start);
            Tensor x = oracle.random(type, tokens, (long) groups * width);
            Tensor dY = oracle.random(type, tokens, (long) groups * length);
            List<double[]> expected = oracle.run("slice", x, groups, start, length, dY);
            oracle.close("y", oracle.engine.slice(x, groups, start, length), expected.get(0), type);
            Tensor dX = oracle.engine.zeros(type, x.shape());
            oracle.engine.addToSlice(dY, dX, groups, start);
            oracle.close("dX", dX, expected.get(1), type);
            Tensor scaled = oracle.engine.scaled(x, 0.5);
            double[] half = Arrays.stream(oracle.values(x)).map(v -> v * 0.5).toArray();
            oracle.close("scaled", scaled, half, type);
        }
    }

    @Test
    void rowsAreAddedWhereTheyBelong() {
        Tensor target = oracle.random(DType.F32, 5, 3);
        Tensor source = oracle.random(DType.F32, 2, 3);
        double[] expected = oracle.values(target);
        double[] added = oracle.values(source);
        for (int i = 0; i < added.length; i++) {
            expected[3 * 2 + i] = (float) (expected[3 * 2 + i] + added[i]);
        }
        oracle.engine.addToRows(source, target, 2);
        assertThat(oracle.values(target)).containsExactly(expected);
        refuses(() -> oracle.engine.addToRows(source, target, 4));
        refuses(() -> oracle.engine.addToRows(source, target, -1));
        refuses(() -> oracle.engine.addToRows(target, oracle.random(DType.F32, 9, 4), 0));
    }

    @Test
    void refusesWrongShapesAndTypes() {
        Tensor x = oracle.random(DType.F32, 4, 6);
        Tensor wide = oracle.random(DType.F32, 4, 7);
        Tensor narrow = oracle.random(DType.BF16, 4, 6);
        Tensor w = oracle.random(DType.F32, 6);
        Tensor row = oracle.random(DType.F32, 4);
        Tensor cos = oracle.random(DType.F32, 4, 2);
        var engine = oracle.engine;
        refuses(() -> engine.rmsNorm(wide, w, 1e-5));
        refuses(() -> engine.rmsNorm(narrow, w, 1e-5));
        refuses(() -> engine.rmsNormBackward(wide, x, w, row, true));
        refuses(() -> engine.rmsNormBackward(x, x, w, w, true));
        refuses(() -> engine.rotary(x, cos, cos, 4));
        refuses(() -> engine.rotary(x, cos, cos, 3));
        refuses(() -> engine.rotary(x, cos, x, 6));
        refuses(() -> engine.layerNorm(wide, w, Optional.empty(), 1e-5));
        refuses(() -> engine.layerNorm(x, w, Optional.of(row), 1e-5));
        refuses(() -> engine.layerNormBackward(x, x, w, new LayerNormOutput(x, row, w), true, true));
        refuses(() -> engine.activationBackward(wide, x, Activation.SILU));
        refuses(() -> engine.slice(x, 4, 0, 1));
        refuses(() -> engine.slice(x, 2, 2, 2));
        refuses(() -> engine.slice(x, 2, -1, 2));
        refuses(() -> engine.addToSlice(x, wide, 1, 2));
        refuses(() -> engine.addToSlice(narrow, x, 1, 0));
        refuses(() -> engine.gatedActivation(x, narrow, Activation.SILU));
        refuses(() -> engine.gatedActivationBackward(wide, x, x, Activation.SILU));
    }

    private void refuses(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
}
