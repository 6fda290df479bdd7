package dev.newt.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.DType;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloatCodecTest {
    @Test
    void everyHalfPrecisionValueSurvives() {
        for (int bits = 0; bits <= 0xffff; bits++) {
            float half = FloatCodec.fromF16((short) bits);
            float brain = FloatCodec.fromBf16((short) bits);
            if (!Float.isNaN(half)) {
                assertThat(FloatCodec.toF16(half)).isEqualTo((short) bits);
            } else {
                assertThat(FloatCodec.fromF16(FloatCodec.toF16(half))).isNaN();
            }
            if (!Float.isNaN(brain)) {
                assertThat(FloatCodec.toBf16(brain)).isEqualTo((short) bits);
            } else {
                assertThat(FloatCodec.fromBf16(FloatCodec.toBf16(brain))).isNaN();
            }
        }
    }

    @Test
    void knownValues() {
        assertThat(FloatCodec.fromF16((short) 0x3c00)).isEqualTo(1f);
        assertThat(FloatCodec.fromF16((short) 0xc000)).isEqualTo(-2f);
        assertThat(FloatCodec.fromF16((short) 0x7bff)).isEqualTo(65504f);
        assertThat(FloatCodec.fromF16((short) 0x0001)).isEqualTo(0x1p-24f);
        assertThat(FloatCodec.fromF16((short) 0x7c00)).isEqualTo(Float.POSITIVE_INFINITY);
        assertThat(FloatCodec.fromBf16((short) 0x3f80)).isEqualTo(1f);
        assertThat(FloatCodec.fromBf16((short) 0xc2f7)).isEqualTo(-123.5f);
    }

    /** Between two neighbours the nearer one is taken, half way the even one; beyond the last, infinity from half way on. */
    @Test
    void roundsToTheNearestAndHalfWayToEven() {
        for (int bits = 0; bits < 0x7c00; bits++) {
            double low = FloatCodec.fromF16((short) bits);
            double high = bits == 0x7bff ? 65536 : FloatCodec.fromF16((short) (bits + 1));
            checkBetween(low, high, bits, FloatCodec::toF16);
        }
        for (int bits = 0; bits < 0x7f7f; bits++) {
            double low = FloatCodec.fromBf16((short) bits);
            double high = FloatCodec.fromBf16((short) (bits + 1));
            checkBetween(low, high, bits, FloatCodec::toBf16);
        }
        assertThat(FloatCodec.toBf16(Float.MAX_VALUE)).isEqualTo((short) 0x7f80);
        assertThat(FloatCodec.toF16(1e30f)).isEqualTo((short) 0x7c00);
        assertThat(FloatCodec.toF16(-1e30f)).isEqualTo((short) 0xfc00);
    }

    private interface Rounding {
        short apply(float value);
    }

    private static void checkBetween(double low, double high, int bits, Rounding rounding) {
        float middle = (float) ((low + high) / 2);
        int even = bits % 2 == 0 ? bits : bits + 1;
        assertThat(rounding.apply(middle)).as("%s", middle).isEqualTo((short) even);
        assertThat(rounding.apply(Math.nextDown(middle))).isEqualTo((short) bits);
        assertThat(rounding.apply(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
        assertThat(rounding.apply(-middle)).isEqualTo((short) (even | 0x8000));
    }

    @Test
    void aNotANumberWithItsMarkInTheLowBitsStaysOne() {
        float odd = Float.intBitsToFloat(0x7f800001);
        assertThat(FloatCodec.fromBf16(FloatCodec.toBf16(odd))).isNaN();
        assertThat(FloatCodec.fromF16(FloatCodec.toF16(odd))).isNaN();
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16", "F16"})
    void encodedValuesDecodeToThemselves(DType type) {
        float[] values = new float[1000];
        Random random = new Random(7);
        for (int i = 0; i < values.length; i++) {
            values[i] = FloatCodec.fromF16((short) random.nextInt(0x7c00));
            values[i] = type == DType.BF16 ? FloatCodec.fromBf16(FloatCodec.toBf16(values[i])) : values[i];
        }
        ByteBuffer bytes = FloatCodec.encode(values, type);
        assertThat(bytes.remaining()).isEqualTo(values.length * type.bytes());
        assertThat(FloatCodec.decode(bytes.asReadOnlyBuffer(), type)).containsExactly(values);

        float[] part = new float[12];
        FloatCodec.decode(bytes, type, 100, part, 2, 10);
        assertThat(part[1]).isZero();
        assertThat(part[2]).isEqualTo(values[100]);
        assertThat(part[11]).isEqualTo(values[109]);
    }

    @Test
    void refusesIntegers() {
        assertThatThrownBy(() -> FloatCodec.encode(new float[1], DType.I32))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> FloatCodec.decode(ByteBuffer.allocate(4), DType.U8))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
