package dev.newt.tensor;

/**
 * A matrix in NF4, as bitsandbytes lays it out: blocks of 64 elements share one scale, the largest magnitude among them.
 *
 * @param packed U8 [elements / 2], the first element in the high four bits
 * @param shape of the dense matrix
 */
public record Nf4Tensors(Tensor packed, Scales scales, Shape shape) implements AutoCloseable {
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
