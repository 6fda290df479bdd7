package dev.newt.weights;

import dev.newt.tensor.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Conversion between float and the floating element types, rounding to nearest, ties to even (IEEE 754). NaN stays NaN. */
public final class FloatCodec {
    private static final int F16_EXPONENT_BIAS_DIFFERENCE = 127 - 15;

    private FloatCodec() {}

    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            // Quiet, so that a payload in the low half alone does not turn into infinity.
            return (short) ((bits >>> 16) | 0x40);
        }
        int roundUp = 0x7fff + ((bits >>> 16) & 1);
        return (short) ((bits + roundUp) >>> 16);
    }

    public static float fromF16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >>> 10) & 0x1f;
        int mantissa = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = mantissa * 0x1p-24f; // subnormal or zero, exact
            return sign == 0 ? magnitude : -magnitude;
        }
        int wide = exponent == 0x1f ? 0xff : exponent + F16_EXPONENT_BIAS_DIFFERENCE;
        return Float.intBitsToFloat(sign | wide << 23 | mantissa << 13);
    }

    public static short toF16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = (bits >>> 16) & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00 | ((bits >>> 13) & 0x3ff));
        }
        if (magnitude >= 0x47800000) { // 65536 and above
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) { // below the smallest normal, 2^-14: a whole number of 2^-24
            return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24f));
        }
        int rebased = magnitude - (F16_EXPONENT_BIAS_DIFFERENCE << 23);
        int roundUp = 0xfff + ((rebased >>> 13) & 1);
        return (short)
                (sign | (rebased + roundUp) >>> 13); // a carry out of the mantissa raises the exponent, up to infinity
    }

    /**
     * Reads little-endian elements of a floating type.
     *
     * @param elements read from byte {@code firstElement * type.bytes()} after its position, which does not move; any byte order set on it is
     *     ignored
     * @param target filled from {@code offset}, {@code count} values
     * @throws IllegalArgumentException for a type that is not floating
     */
    public static void decode(
            ByteBuffer elements, DType type, int firstElement, float[] target, int offset, int count) {
        ByteBuffer bytes = elements.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int start = bytes.position() + firstElement * type.bytes();
        switch (type) {
            case F32 -> bytes.position(start)
                    .slice()
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(target, offset, count);
            case BF16 -> {
                short[] bits = shorts(bytes, start, count);
                for (int i = 0; i < count; i++) {
                    target[offset + i] = fromBf16(bits[i]);
                }
            }
            case F16 -> {
                short[] bits = shorts(bytes, start, count);
                for (int i = 0; i < count; i++) {
                    target[offset + i] = fromF16(bits[i]);
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    target[offset + i] = (float) bytes.getDouble(start + 8 * i);
                }
            }
            default -> throw new IllegalArgumentException(type + " holds no floating-point numbers");
        }
    }

    /** Copied in one go: element by element from a buffer is several times slower. */
    private static short[] shorts(ByteBuffer bytes, int start, int count) {
        short[] bits = new short[count];
        bytes.position(start)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asShortBuffer()
                .get(bits);
        return bits;
    }

    /** All remaining elements of a little-endian buffer as floats. */
    public static float[] decode(ByteBuffer elements, DType type) {
        float[] values = new float[elements.remaining() / type.bytes()];
        decode(elements, type, 0, values, 0, values.length);
        return values;
    }

    /** The values as little-endian elements of a floating type, in a new direct buffer. */
    public static ByteBuffer encode(float[] values, DType type) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(values.length, type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            switch (type) {
                case F32 -> bytes.putFloat(value);
                case BF16 -> bytes.putShort(toBf16(value));
                case F16 -> bytes.putShort(toF16(value));
                case F64 -> bytes.putDouble(value);
                default -> throw new IllegalArgumentException(type + " holds no floating-point numbers");
            }
        }
        return bytes.flip();
    }
}
