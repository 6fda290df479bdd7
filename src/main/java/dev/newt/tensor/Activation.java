package dev.newt.tensor;

/** The function on the gate of a gated feed-forward block. */
public enum Activation {
    /** x * sigmoid(x). */
    SILU,
    /** x * normal cdf(x), exact. */
    GELU,
    /** GELU by its tanh approximation. */
    GELU_TANH
}
