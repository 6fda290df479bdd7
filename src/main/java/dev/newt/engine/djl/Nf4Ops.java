package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.Nf4Tensors;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;

/** From NF4 to dense, kernels/torch/nf4.py. */
final class Nf4Ops {
    private static final int BLOCKS_AT_ONCE = 1 << 13;

    private final TorchMemory memory;
    private TorchTensor pairs;

    Nf4Ops(TorchMemory memory) {
        this.memory = memory;
    }

    Tensor dequantize(Nf4Tensors weight, DType dtype) {
        long elements = weight.shape().elements();
        TorchTensor packed = memory.own(weight.packed());
        Check.that(elements % 2 == 0, "NF4 packs two elements in a byte: " + weight.shape() + " is odd");
        long blocks = (elements + Nf4Tensors.BLOCK - 1) / Nf4Tensors.BLOCK;
        Check.dtype("packed", packed, DType.U8);
        Check.that(packed.shape().elements() == elements / 2, "packed is " + packed + " for " + weight.shape());
        Check.that(dtype.isFloating(), "NF4 cannot become " + dtype);
        if (weight.scales() instanceof Nf4Tensors.Plain plain) {
            return dequantize(packed, memory.own(plain.values()), blocks, weight.shape(), dtype);
        }
        try (TorchTensor scales = scales((Nf4Tensors.DoublyQuantised) weight.scales(), blocks)) {
            return dequantize(packed, scales, blocks, weight.shape(), dtype);
        }
    }

    private Tensor dequantize(TorchTensor packed, TorchTensor scales, long blocks, Shape shape, DType dtype) {
        Check.dtype("scales", scales, DType.F32);
        Check.shape("scales", scales, blocks);
        return memory.tensor(dtype, shape, "dequantize_nf4", packed, scales, pairs(), shape, dtype, BLOCKS_AT_ONCE);
    }

    private TorchTensor scales(Nf4Tensors.DoublyQuantised quantised, long blocks) {
        TorchTensor codes = memory.own(quantised.codes());
        TorchTensor blockScales = memory.own(quantised.blockScales());
        TorchTensor table = memory.own(quantised.table());
        Check.dtype("scale codes", codes, DType.U8);
        Check.that(codes.shape().elements() == blocks, "scale codes are " + codes + " for " + blocks + " blocks");
        Check.dtype("block scales", blockScales, DType.F32);
        Check.that(
                blockScales.shape().elements() == (blocks + Nf4Tensors.SCALE_BLOCK - 1) / Nf4Tensors.SCALE_BLOCK,
                "block scales are " + blockScales + " for " + blocks + " blocks");
        Check.dtype("scale table", table, DType.F32);
        Check.shape("scale table", table, 256);
        return memory.tensor(DType.F32, Shape.of(blocks), "nf4_scales", codes, blockScales, table, quantised.offset());
    }

    /** Both values of each byte, [256, 2]. Made at first use, the engine's until it closes. */
    private TorchTensor pairs() {
        if (pairs == null) {
            pairs = memory.internal(DType.F32, Shape.of(256, 2));
            var values = memory.contents(pairs).asFloatBuffer();
            for (int code = 0; code < 256; code++) {
                values.put(Nf4Tensors.value(code >> 4)).put(Nf4Tensors.value(code & 15));
            }
        }
        return pairs;
    }

    void close() {
        if (pairs != null) {
            pairs.close();
        }
    }
}
