package dev.newt.tensor;

/**
 * A DoRA adapter in use.
 *
 * @param magnitude [out]
 * @param norm each row's l2 norm of {@code W + scale B A}, [out], from {@link ForwardOps#dimensionNorm}; a constant to the gradient
 */
public record DoraTensors(LowRankTensors lowRank, Tensor magnitude, Tensor norm) {}
