package dev.newt.weights;

import dev.newt.tensor.Shape;
import java.nio.ByteBuffer;

/**
 * A matrix in NF4 with double quantisation, in host memory, ready to be uploaded in parts. All buffers are direct, read-only and little
 * endian.
 *
 * @param packed U8 [(elements + 1) / 2], the first element of a pair in the high four bits
 * @param scaleCodes U8, one for every block of 64 elements: index into {@code scaleTable}
 * @param scaleScales F32, one for every 256 blocks
 * @param scaleTable F32 [256]
 * @param scaleOffset added to each decoded scale
 * @param shape of the dense matrix
 */
public record Nf4Matrix(
        ByteBuffer packed,
        ByteBuffer scaleCodes,
        ByteBuffer scaleScales,
        ByteBuffer scaleTable,
        float scaleOffset,
        Shape shape) {

    /** Bytes of all parts. */
    public long bytes() {
        return (long) packed.capacity() + scaleCodes.capacity() + scaleScales.capacity() + scaleTable.capacity();
    }
}
