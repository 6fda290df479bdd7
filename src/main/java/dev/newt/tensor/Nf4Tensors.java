package dev.newt.tensor;

/**
 * A matrix in NF4 with double quantisation, as bitsandbytes lays it out: blocks of 64 elements share one scale, the scales are themselves
 * 8-bit codes in blocks of 256.
 *
 * @param packed U8 [elements / 2], the first element in the high four bits
 * @param scaleCodes U8, one a block: index into {@code scaleTable}
 * @param scaleScales F32, one for every 256 blocks
 * @param scaleTable F32 [256]
 * @param scaleOffset added to each decoded scale
 * @param shape of the dense matrix
 */
public record Nf4Tensors(
        Tensor packed, Tensor scaleCodes, Tensor scaleScales, Tensor scaleTable, double scaleOffset, Shape shape)
        implements AutoCloseable {
    @Override
    public void close() {
        packed.close();
        scaleCodes.close();
        scaleScales.close();
        scaleTable.close();
    }
}
