package dev.newt.weights;

import dev.newt.io.UserException;
import dev.newt.tensor.DType;
import dev.newt.tensor.Nf4Tensors;
import dev.newt.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;

/**
 * NF4 with double quantisation (QLoRA, arXiv 2305.14314), in bitsandbytes' layout and arithmetic: each block of 64 elements is divided by its
 * largest magnitude and every quotient replaced by the nearest of 16 values; the magnitudes, less their mean, are themselves 8-bit codes of
 * {@link DynamicMap} in blocks of 256.
 */
public final class Nf4 {
    private static final int BLOCK = Nf4Tensors.BLOCK;
    private static final int NESTED_BLOCK = Nf4Tensors.SCALE_BLOCK;

    /** A quotient above border i is nearer to value i + 1 than to value i. The literals are those of bitsandbytes' kernel. */
    private static final float[] BORDERS = {
        -0.8480964004993439f,
        -0.6106329262256622f,
        -0.4599952697753906f,
        -0.33967943489551544f,
        -0.23460740596055984f,
        -0.13791173323988914f,
        -0.045525018125772476f,
        0.03979014977812767f,
        0.1202552504837513f,
        0.2035212516784668f,
        0.2920137718319893f,
        0.3893125355243683f,
        0.5016634166240692f,
        0.6427869200706482f,
        0.8614784181118011f
    };

    /** [-1, 1] is cut into cells of 1/32, narrow enough for one border at most, so that one comparison finds the code. */
    private static final int CELLS_PER_UNIT = 32;

    private static final int CELLS = 2 * CELLS_PER_UNIT + 1;
    private static final int[] CELL_CODE = new int[CELLS];
    private static final float[] CELL_BORDER = new float[CELLS];

    static {
        int code = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            float end = (cell + 1) / (float) CELLS_PER_UNIT - 1;
            CELL_CODE[cell] = code;
            CELL_BORDER[cell] = Float.POSITIVE_INFINITY;
            if (code < BORDERS.length && BORDERS[code] < end) {
                CELL_BORDER[cell] = BORDERS[code++];
            }
        }
    }

    /** The number of blocks that one thread takes at a time. */
    private static final int CHUNK_BLOCKS = 1024;

    private Nf4() {}

    /**
     * Quantises a stored matrix of any floating type.
     *
     * @throws UserException if it holds NaN or an infinity
     */
    public static Nf4Matrix quantize(StoredTensor tensor) {
        try {
            return quantize(tensor.buffer(), tensor.dtype(), tensor.shape());
        } catch (ArithmeticException e) {
            throw new UserException(
                    tensor.file() + ": tensor " + tensor.name() + " cannot be quantised: " + e.getMessage() + ".", e);
        }
    }

    /**
     * @param elements little endian, from its position on
     * @throws ArithmeticException if one is NaN or infinite
     */
    public static Nf4Matrix quantize(ByteBuffer elements, DType dtype, Shape shape) {
        return quantize((first, target, count) -> FloatCodec.decode(elements, dtype, first, target, 0, count), shape);
    }

    /** As {@link #quantize(StoredTensor)}, but the scales stay in 32 bits. */
    public static Blocks quantizeOnce(StoredTensor tensor) {
        ByteBuffer elements = tensor.buffer();
        try {
            return blocks(
                    (first, target, count) -> FloatCodec.decode(elements, tensor.dtype(), first, target, 0, count),
                    tensor.shape());
        } catch (ArithmeticException e) {
            throw new UserException(
                    tensor.file() + ": tensor " + tensor.name() + " cannot be quantised: " + e.getMessage() + ".", e);
        }
    }

    /**
     * Codes and their scales.
     *
     * @param packed U8 [(elements + 1) / 2], the first element of a pair in the high four bits; direct
     * @param scales one for every block of 64 elements
     */
    public record Blocks(ByteBuffer packed, float[] scales) {}

    /** @throws ArithmeticException if a value is NaN or infinite */
    public static Nf4Matrix quantize(float[] values, Shape shape) {
        if (values.length != shape.elements()) {
            throw new IllegalArgumentException(values.length + " values for " + shape);
        }
        return quantize((first, target, count) -> System.arraycopy(values, first, target, 0, count), shape);
    }

    /** Copies {@code count} values from {@code first} on. */
    private interface Source {
        void read(int first, float[] target, int count);
    }

    private static Nf4Matrix quantize(Source source, Shape shape) {
        Blocks blocks = blocks(source, shape);
        return withQuantizedScales(blocks.packed(), blocks.scales(), shape);
    }

    private static Blocks blocks(Source source, Shape shape) {
        int elements = Math.toIntExact(shape.elements());
        if (elements == 0) {
            throw new IllegalArgumentException("no elements in " + shape);
        }
        int blocks = (elements - 1) / BLOCK + 1;
        float[] scales = new float[blocks];
        ByteBuffer packed = direct((elements - 1) / 2 + 1);
        int chunk = CHUNK_BLOCKS * BLOCK;
        IntStream.rangeClosed(0, (elements - 1) / chunk).parallel().forEach(i -> {
            int first = i * chunk;
            int count = Math.min(chunk, elements - first);
            float[] values = new float[count];
            source.read(first, values, count);
            byte[] codes = new byte[(count + 1) / 2];
            for (int start = 0; start < count; start += BLOCK) {
                int end = Math.min(count, start + BLOCK);
                scales[(first + start) / BLOCK] = quantizeBlock(values, start, end, codes);
            }
            packed.put(first / 2, codes);
        });
        return new Blocks(packed, scales);
    }

    /** Stores the codes of {@code values[start, end)} and returns the block's scale. */
    private static float quantizeBlock(float[] values, int start, int end, byte[] codes) {
        // Magnitudes are ordered like their bits, with NaN above infinity above all numbers, and integer maxima are
        // faster.
        int largest = 0;
        for (int i = start; i < end; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(values[i]) & Integer.MAX_VALUE);
        }
        float scale = Float.intBitsToFloat(largest);
        if (!(scale <= Float.MAX_VALUE)) {
            throw new ArithmeticException("it holds a value that is not a finite number");
        }
        float inverse = inverse(scale);
        int i = start;
        for (; i + 1 < end; i += 2) {
            codes[i / 2] = (byte) (code(values[i] * inverse) << 4 | code(values[i + 1] * inverse));
        }
        if (i < end) {
            codes[i / 2] = (byte) (code(values[i] * inverse) << 4 | code(0));
        }
        return scale;
    }

    private static int code(float quotient) {
        int cell = (int) ((quotient + 1) * CELLS_PER_UNIT);
        return quotient > CELL_BORDER[cell] ? CELL_CODE[cell] + 1 : CELL_CODE[cell];
    }

    /** bitsandbytes multiplies by the inverse. If all values are 0 or too small to invert, every quotient is 0. */
    private static float inverse(float scale) {
        float inverse = 1 / scale;
        return inverse <= Float.MAX_VALUE ? inverse : 0;
    }

    private static Nf4Matrix withQuantizedScales(ByteBuffer packed, float[] scales, Shape shape) {
        float offset = TorchMean.of(scales);
        ByteBuffer codes = direct(scales.length);
        ByteBuffer nested = direct(((scales.length - 1) / NESTED_BLOCK + 1) * Float.BYTES);
        for (int start = 0; start < scales.length; start += NESTED_BLOCK) {
            int end = Math.min(scales.length, start + NESTED_BLOCK);
            float largest = 0;
            for (int i = start; i < end; i++) {
                largest = Math.max(largest, Math.abs(scales[i] - offset));
            }
            float inverse = inverse(largest);
            for (int i = start; i < end; i++) {
                codes.put((byte) DynamicMap.nearest((scales[i] - offset) * inverse));
            }
            nested.putFloat(largest);
        }
        return new Nf4Matrix(
                finished(packed),
                finished(codes.flip()),
                finished(nested.flip()),
                finished(FloatCodec.encode(DynamicMap.values(), DType.F32)),
                offset,
                shape);
    }

    /** The dense values that the codes represent, row by row. */
    public static float[] dequantize(Nf4Matrix matrix) {
        int elements = Math.toIntExact(matrix.shape().elements());
        float[] table = FloatCodec.decode(matrix.scaleTable(), DType.F32);
        float[] nested = FloatCodec.decode(matrix.scaleScales(), DType.F32);
        float[] values = new float[elements];
        IntStream.rangeClosed(0, (elements - 1) / BLOCK).parallel().forEach(block -> {
            int scaleCode = Byte.toUnsignedInt(matrix.scaleCodes().get(block));
            float scale = table[scaleCode] * nested[block / NESTED_BLOCK] + matrix.scaleOffset();
            int end = Math.min(elements, (block + 1) * BLOCK);
            for (int i = block * BLOCK; i < end; i++) {
                int pair = Byte.toUnsignedInt(matrix.packed().get(i / 2));
                values[i] = Nf4Tensors.value(i % 2 == 0 ? pair >> 4 : pair & 15) * scale;
            }
        });
        return values;
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer finished(ByteBuffer buffer) {
        return buffer.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
}
