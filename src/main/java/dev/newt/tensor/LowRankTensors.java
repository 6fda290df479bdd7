package dev.newt.tensor;

import java.util.Optional;

/**
 * A low-rank adapter (LoRA) in use: {@code scale * drop(x) A^T B^T}.
 *
 * @param a [rank, in]
 * @param b [out, rank]
 * @param dropout on the adapter's input
 */
public record LowRankTensors(Tensor a, Tensor b, double scale, Optional<Dropout> dropout) {}
