package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.engine.djl.Oracle;
import dev.newt.tensor.BackwardOps.DoraGradients;
import dev.newt.tensor.BackwardOps.LowRankGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.DoraTensors;
import dev.newt.tensor.Dropout;
import dev.newt.tensor.ForwardOps.LowRankOutput;
import dev.newt.tensor.LowRankTensors;
import dev.newt.tensor.Nf4Tensors;
import dev.newt.tensor.Nf4Tensors.DoublyQuantised;
import dev.newt.tensor.Nf4Tensors.Plain;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Linear layers, dense and with adapters, and NF4. */
abstract class LinearContract extends OperationContract {
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void linearAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 5; draw++) {
            oracle.seed(draw);
            int tokens = oracle.between(1, 40);
            int in = oracle.between(1, 70);
            int out = oracle.between(1, 50);
            Tensor x = oracle.random(type, tokens, in);
            Tensor w = oracle.random(type, out, in);
            Tensor bias =
                    draw % 2 == 0 ? oracle.random(type, out) : oracle.keep(oracle.engine.zeros(type, Shape.of(out)));
            Tensor dY = oracle.random(type, tokens, out);
            List<double[]> expected = oracle.run("linear", x, w, bias, dY);
            Optional<Tensor> used = draw % 2 == 0 ? Optional.of(bias) : Optional.empty();
            oracle.close("y", oracle.engine.linear(x, w, used), expected.get(0), type);
            oracle.close("dX", oracle.engine.linearBackwardInput(dY, w), expected.get(1), type);
            oracle.close("dW", oracle.engine.linearBackwardWeight(dY, x), expected.get(2), type);
            Tensor dBias = oracle.engine.linearBackwardBias(dY);
            assertThat(dBias.dtype()).isEqualTo(type.accumulator());
            oracle.close("dBias", dBias, expected.get(3), type.accumulator());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void lowRankLinearAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 8; draw++) {
            Layer layer = new Layer(type, draw);
            LowRankOutput output = oracle.engine.lowRankLinear(layer.x, layer.w, layer.bias, layer.adapter());
            oracle.keep(output.down());
            boolean inputGradient = draw != 3;
            LowRankGradients gradients = oracle.engine.lowRankLinearBackward(
                    layer.dY, layer.x, layer.w, layer.adapter(), output.down(), inputGradient);
            List<double[]> expected = oracle.run(
                    "low_rank",
                    layer.x,
                    layer.w,
                    layer.biasOrZero,
                    layer.a,
                    layer.b,
                    layer.scale,
                    layer.kept,
                    layer.dY);
            oracle.close("y", output.y(), expected.get(0), type);
            assertThat(gradients.dX().isPresent()).isEqualTo(inputGradient);
            gradients.dX().ifPresent(dX -> oracle.close("dX", dX, expected.get(1), type));
            assertThat(gradients.dA().dtype()).isEqualTo(type.accumulator());
            oracle.close("dA", gradients.dA(), expected.get(2), type);
            oracle.close("dB", gradients.dB(), expected.get(3), type);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void doraLinearAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 8; draw++) {
            Layer layer = new Layer(type, draw);
            Tensor magnitude = oracle.random(type.accumulator(), layer.out);
            Tensor norm = oracle.keep(oracle.engine.dimensionNorm(layer.w, layer.a, layer.b, layer.scale));
            DoraTensors adapter = new DoraTensors(layer.adapter(), magnitude, norm);
            LowRankOutput output = oracle.engine.doraLinear(layer.x, layer.w, layer.bias, adapter);
            oracle.keep(output.down());
            boolean inputGradient = draw != 3;
            DoraGradients gradients =
                    oracle.engine.doraLinearBackward(layer.dY, layer.x, layer.w, adapter, output.down(), inputGradient);
            List<double[]> expected = oracle.run(
                    "dora",
                    layer.x,
                    layer.w,
                    layer.biasOrZero,
                    layer.a,
                    layer.b,
                    magnitude,
                    norm,
                    layer.scale,
                    layer.kept,
                    layer.dY);
            oracle.close("y", output.y(), expected.get(0), type);
            assertThat(gradients.dX().isPresent()).isEqualTo(inputGradient);
            gradients.dX().ifPresent(dX -> oracle.close("dX", dX, expected.get(1), type));
            oracle.close("dA", gradients.dA(), expected.get(2), type);
            oracle.close("dB", gradients.dB(), expected.get(3), type);
            assertThat(gradients.dMagnitude().dtype()).isEqualTo(type.accumulator());
            oracle.close("dMagnitude", gradients.dMagnitude(), expected.get(4), type);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void mergingAndNormsAgreeWithThePlainSum(DType type) {
        Layer layer = new Layer(type, 0);
        Tensor a = oracle.random(type.accumulator(), 3, layer.in);
        Tensor b = oracle.random(type.accumulator(), layer.out, 3);
        Tensor magnitude = oracle.random(type.accumulator(), layer.out);
        List<double[]> expected = oracle.run("merged", layer.w, a, b, 0.7, magnitude);
        oracle.close("merged", oracle.engine.mergeLowRank(layer.w, a, b, 0.7, Optional.empty()), expected.get(0), type);
        oracle.close("norm", oracle.engine.dimensionNorm(layer.w, a, b, 0.7), expected.get(1), type.accumulator());
        oracle.close(
                "merged with magnitude",
                oracle.engine.mergeLowRank(layer.w, a, b, 0.7, Optional.of(magnitude)),
                expected.get(2),
                type);
    }

    /** A layer of random sizes; every other draw has a bias, half of the draws have dropout. */
    private final class Layer {
        LowRankTensors adapter() {
            return new LowRankTensors(a, b, scale, dropout);
        }

        final int tokens;
        final int in;
        final int out;
        final double scale = 1.5;
        final Tensor x;
        final Tensor w;
        final Tensor a;
        final Tensor b;
        final Tensor dY;
        final Optional<Tensor> bias;
        final Tensor biasOrZero;
        final Optional<Dropout> dropout;
        final Tensor kept;

        Layer(DType type, int draw) {
            oracle.seed(draw);
            tokens = oracle.between(1, 40);
            in = oracle.between(1, 70);
            out = oracle.between(1, 50);
            int rank = oracle.between(1, 9);
            x = oracle.random(type, tokens, in);
            w = oracle.random(type, out, in);
            a = oracle.random(type, rank, in);
            b = oracle.random(0.3, type, out, rank);
            dY = oracle.random(type, tokens, out);
            biasOrZero = oracle.random(draw % 2, type, out);
            bias = draw % 2 == 0 ? Optional.empty() : Optional.of(biasOrZero);
            dropout = draw % 4 < 2 ? Optional.empty() : Optional.of(new Dropout(0.3, draw));
            ByteBuffer factors = ByteBuffer.allocate(tokens * in * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            Optional<ByteBuffer> mask = dropout.map(d -> mask(tokens * in, d.probability(), d.key()));
            for (int i = 0; i < tokens * in; i++) {
                int index = i;
                factors.putDouble(mask.map(m -> m.get(index) / (1 - 0.3)).orElse(1.0));
            }
            kept = oracle.keep(oracle.engine.upload(factors.flip(), DType.F64, Shape.of(tokens, in)));
        }
    }

    @Test
    void dropoutKeepsItsShareAndDependsOnKeyAndIndexAlone() {
        ByteBuffer first = mask(100_001, 0.1, 7);
        int dropped = 0;
        for (int i = 0; i < first.capacity(); i++) {
            dropped += 1 - first.get(i);
        }
        assertThat(dropped / 100_001.0).isBetween(0.097, 0.103);
        assertThat(mask(100_001, 0.1, 7)).isEqualTo(first);
        assertThat(mask(50, 0.1, 7)).isEqualTo(first.slice(0, 50));
        assertThat(mask(100_001, 0.1, 8)).isNotEqualTo(first);
        // Neighbouring keys must not draw shifted copies of each other.
        assertThat(mask(1000, 0.5, 8).slice(0, 500))
                .isNotEqualTo(mask(1000, 0.5, 7).slice(2, 500));
    }

    private ByteBuffer mask(int size, double probability, long key) {
        ByteBuffer mask = ByteBuffer.allocateDirect(size);
        Oracle.dropout(mask, new Dropout(probability, key));
        return mask;
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 64, 66, 4096, 64 * 256, 64 * 256 * 3 + 130})
    void nf4DecodesAsWrittenDown(int elements) {
        Random random = new Random(elements);
        int blocks = (elements + 63) / 64;
        byte[] packed = new byte[elements / 2];
        byte[] codes = new byte[blocks];
        random.nextBytes(packed);
        random.nextBytes(codes);
        float[] scales = new float[(blocks + 255) / 256];
        float[] table = new float[256];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = random.nextFloat() + 0.1f;
        }
        for (int i = 0; i < table.length; i++) {
            table[i] = random.nextFloat() * 2 - 1;
        }
        double offset = 0.25;
        double[] levels = {
            -1,
            -0.6961928,
            -0.52507305,
            -0.3949175,
            -0.28444138,
            -0.18477343,
            -0.091050036,
            0,
            0.0795803,
            0.1609302,
            0.2461123,
            0.33791524,
            0.44070983,
            0.562617,
            0.72295684,
            1
        };
        double[] expected = new double[elements];
        for (int i = 0; i < elements; i++) {
            int code = i % 2 == 0 ? (packed[i / 2] & 255) >> 4 : packed[i / 2] & 15;
            int block = i / 64;
            expected[i] = levels[code] * (table[codes[block] & 255] * scales[block / 256] + offset);
        }
        Nf4Tensors.Scales doublyQuantised = new DoublyQuantised(
                upload(codes),
                oracle.engine.upload(scales, Shape.of(scales.length)),
                oracle.engine.upload(table, Shape.of(256)),
                offset);
        float[] values = new float[blocks];
        for (int i = 0; i < blocks; i++) {
            values[i] = (float) (table[codes[i] & 255] * scales[i / 256] + offset);
        }
        Nf4Tensors.Scales plain = new Plain(oracle.engine.upload(values, Shape.of(blocks)));
        for (Nf4Tensors.Scales form : List.of(doublyQuantised, plain)) {
            try (Nf4Tensors weight = new Nf4Tensors(upload(packed), form, Shape.of(2, elements / 2))) {
                for (DType type : List.of(DType.F32, DType.BF16)) {
                    Tensor dense = oracle.keep(oracle.engine.dequantizeNf4(weight, type));
                    assertThat(dense.shape()).isEqualTo(Shape.of(2, elements / 2));
                    assertThat(Oracle.difference(oracle.values(dense), expected))
                            .isLessThan(type == DType.F32 ? 1e-6 : 4e-3);
                }
            }
        }
    }

    private Tensor upload(byte[] bytes) {
        return oracle.engine.upload(ByteBuffer.wrap(bytes), DType.U8, Shape.of(bytes.length));
    }

    @Test
    void refusesWrongShapesAndTypes() {
        Tensor x = oracle.random(DType.F32, 3, 4);
        Tensor w = oracle.random(DType.F32, 5, 4);
        Tensor a = oracle.random(DType.F32, 2, 4);
        Tensor b = oracle.random(DType.F32, 5, 2);
        Tensor narrow = oracle.random(DType.BF16, 5, 4);
        Tensor down = oracle.random(DType.F32, 3, 2);
        var engine = oracle.engine;
        refuses(() -> engine.linear(x, a, Optional.of(b)));
        refuses(() -> engine.linear(x, narrow, Optional.empty()));
        refuses(() -> engine.linear(x, b, Optional.empty()));
        refuses(() -> engine.linearBackwardInput(x, w));
        refuses(() -> engine.linearBackwardWeight(w, x));
        LowRankTensors adapter = new LowRankTensors(a, b, 1, Optional.empty());
        LowRankTensors swapped = new LowRankTensors(b, a, 1, Optional.empty());
        Tensor dY = oracle.random(DType.F32, 3, 5);
        refuses(() -> engine.lowRankLinear(x, w, Optional.empty(), swapped));
        refuses(() -> engine.lowRankLinearBackward(x, x, w, adapter, down, true));
        refuses(() -> engine.lowRankLinearBackward(dY, x, w, adapter, b, true));
        refuses(() -> engine.dimensionNorm(w, b, a, 1));
        refuses(() -> engine.dequantizeNf4(new Nf4Tensors(x, new Plain(x), Shape.of(2, 64)), DType.F32));
    }

    private void refuses(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
}
