package dev.newt.tensor;

/**
 * A matrix in NF4, as bitsandbytes lays it out: blocks of 64 elements share one scale, the largest magnitude among them.
 *
 * @param packed U8 [elements / 2], the first element in the high four bits
 * @param shape of the dense matrix
 */
public record Nf4Tensors(Tensor packed, Scales scales, Shape shape) implements AutoCloseable {
    /** Elements that share a scale. */
    public static final int BLOCK = 64;

    /** Scales that share a scale of their own. */
    public static final int SCALE_BLOCK = 256;

    private static final float[] VALUES = {
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f
    };

    /**
     * One of the sixteen values (QLoRA, arXiv 2305.14314, appendix E): quantiles of the normal distribution, scaled to [-1, 1], with an
     * exact 0.
     *
     * @param code from 0 to 15
     */
    public static float value(int code) {
        return VALUES[code];
    }

    /** One scale a block. */
    public sealed interface Scales extends AutoCloseable permits Plain, DoublyQuantised {
        @Override
        void close();
    }

    /** @param values F32, one a block */
    public record Plain(Tensor values) implements Scales {
        @Override
        public void close() {
            values.close();
        }
    }

    /**
     * Scales that are themselves 8-bit codes, in blocks of 256: {@code table[code] * blockScale + offset}.
     *
     * @param codes U8, one a block: index into {@code table}
     * @param blockScales F32, one for every 256 codes
     * @param table F32 [256]
     */
    public record DoublyQuantised(Tensor codes, Tensor blockScales, Tensor table, double offset) implements Scales {
        @Override
        public void close() {
            codes.close();
            blockScales.close();
            table.close();
        }
    }

    @Override
    public void close() {
        packed.close();
        scales.close();
    }
}
