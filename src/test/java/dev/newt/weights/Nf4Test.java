package dev.newt.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Nf4Test {
    private static SafetensorsFile golden;

    @BeforeAll
    static void open() {
        golden = SafetensorsFile.open(Path.of("src/test/resources/golden/llama/nf4/nf4.safetensors"));
    }

    @AfterAll
    static void close() {
        golden.close();
    }

    @Test
    void bytesAndValuesAreThoseOfTheReference() {
        Nf4Matrix matrix = Nf4.quantize(golden.tensor("weight"));

        assertThat(matrix.shape()).isEqualTo(Shape.of(64, 128));
        assertThat(matrix.packed()).isEqualTo(golden.tensor("packed").buffer());
        assertThat(matrix.scaleCodes()).isEqualTo(golden.tensor("dq.absmax_u8").buffer());
        assertThat(matrix.scaleScales())
                .isEqualTo(golden.tensor("dq.nested_absmax").buffer());
        assertThat(matrix.scaleTable())
                .isEqualTo(golden.tensor("dq.nested_code").buffer());
        assertThat(matrix.scaleOffset()).isEqualTo(floats("dq.offset")[0]);
        assertThat(Nf4.dequantize(matrix)).containsExactly(floats("dq.dequantized"));
    }

    @Test
    void theSourcesTypeDoesNotMatter() {
        float[] values = floats("weight");
        for (int i = 0; i < values.length; i++) {
            values[i] = FloatCodec.fromBf16(FloatCodec.toBf16(values[i]));
        }
        Shape shape = Shape.of(64, 128);
        Nf4Matrix expected = Nf4.quantize(values, shape);
        for (DType type : List.of(DType.F64, DType.F32, DType.BF16)) {
            assertThat(Nf4.quantize(FloatCodec.encode(values, type), type, shape))
                    .isEqualTo(expected);
        }
    }

    /**
     * Codes are compared with the plain definition, the number of reference borders below the quotient, down to two units in the last place
     * beside them. The borders are midpoints half way between two floats: the reference and the kernel round them to different sides.
     */
    @Test
    void everyQuotientGetsTheCodeOfTheReferenceBorders() {
        float[] borders = floats("thresholds");
        float[] values = new float[64 * 40_000];
        Random random = new Random(3);
        for (int i = 0; i < values.length; i++) {
            float border = borders[random.nextInt(borders.length)];
            values[i] = switch (random.nextInt(3)) {
                case 0 -> Math.nextUp(Math.nextUp(border));
                case 1 -> Math.nextDown(Math.nextDown(border));
                default -> Math.round((random.nextFloat() * 2 - 1) * 1e4f) / 1e4f;};
            if (i % 64 == 17) {
                values[i] = random.nextBoolean() ? 1 : -1; // so that quotients are the values themselves
            }
        }
        ByteBuffer packed = Nf4.quantize(values, Shape.of(40_000, 64)).packed();
        for (int i = 0; i < values.length; i++) {
            int expected = 0;
            for (float border : borders) {
                expected += values[i] > border ? 1 : 0;
            }
            int pair = packed.get(i / 2);
            int code = i % 2 == 0 ? pair >> 4 & 15 : pair & 15;
            if (code != expected) {
                assertThat(code).as("code of %s", values[i]).isEqualTo(expected);
            }
        }
    }

    @Test
    void aMatrixThatFillsNoWholeBlockOrPairKeepsItsValues() {
        float[] values = new float[67 * 3];
        Random random = new Random(5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Nf4Matrix matrix = Nf4.quantize(values, Shape.of(67, 3));
        assertThat(matrix.packed().remaining()).isEqualTo(101);
        assertThat(matrix.scaleCodes().remaining()).isEqualTo(4);
        assertThat(matrix.bytes()).isEqualTo(101 + 4 + 4 + 1024);
        float[] back = Nf4.dequantize(matrix);
        for (int i = 0; i < values.length; i++) {
            // Half the widest gap between codes is 0.152 of the block's largest magnitude, which is below 4 here.
            assertThat(back[i]).isCloseTo(values[i], within(0.62f));
        }
    }

    @Test
    void zerosStayZerosAndTinyOnesDoNoHarm() {
        float[] values = new float[256];
        values[200] = Float.MIN_VALUE;
        assertThat(Nf4.dequantize(Nf4.quantize(new float[256], Shape.of(4, 64))))
                .containsOnly(0);
        for (float value : Nf4.dequantize(Nf4.quantize(values, Shape.of(4, 64)))) {
            assertThat(Math.abs(value)).isLessThan(1e-44f);
        }
    }

    @ParameterizedTest
    @CsvSource({"NaN", "Infinity", "-Infinity"})
    void refusesWhatIsNoNumber(float value, @TempDir Path folder) {
        float[] values = new float[128];
        values[70] = value;
        assertThatThrownBy(() -> Nf4.quantize(values, Shape.of(2, 64))).isInstanceOf(ArithmeticException.class);

        Path path = folder.resolve("bad.safetensors");
        SafetensorsWriter.write(
                path,
                List.of(new TensorInfo("w", DType.F32, Shape.of(2, 64))),
                Map.of(),
                (tensor, sink) -> sink.write(FloatCodec.encode(values, DType.F32)));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThatThrownBy(() -> Nf4.quantize(file.tensor("w")))
                    .isInstanceOf(UserException.class)
                    .hasMessage(path + ": tensor w cannot be quantised: it holds a value that is not a finite number.");
        }
    }

    @Test
    void manyBlocksAreQuantisedAlikeInParallel() {
        float[] values = new float[4096 * 2048];
        Random random = new Random(11);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        Nf4Matrix whole = Nf4.quantize(values, Shape.of(4096, 2048));
        assertThat(Nf4.quantize(values, Shape.of(4096, 2048))).isEqualTo(whole);
        int tail = values.length - 64 * 1500;
        Nf4Matrix last = Nf4.quantize(Arrays.copyOfRange(values, tail, values.length), Shape.of(1500, 64));
        assertThat(whole.packed().slice(tail / 2, 32 * 1500)).isEqualTo(last.packed());
    }

    /** Means of ((7919 i) mod 10007) / 10007 by torch 2.13 on one thread. */
    @ParameterizedTest
    @CsvSource({
        "500, 0.5008414387702942",
        "5001, 0.500317394733429",
        "20000, 0.49995458126068115",
        "704512, 0.4999503791332245"
    })
    void meansAreThoseOfTorchToTheLastBit(int count, float mean) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (7919L * i % 10_007) / 10_007f;
        }
        assertThat(TorchMean.of(values)).isEqualTo(mean);
    }

    private static float[] floats(String name) {
        return FloatCodec.decode(golden.tensor(name).buffer(), DType.F32);
    }
}
