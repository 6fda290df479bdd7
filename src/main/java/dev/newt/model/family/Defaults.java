package dev.newt.model.family;

import java.util.OptionalInt;

/**
 * What holds in a family where config.json is silent.
 *
 * @param positions {@code max_position_embeddings}
 * @param headDim {@code head_dim}; empty means a share of the hidden size
 * @param theta {@code rope_theta}
 * @param eps {@code rms_norm_eps}
 */
record Defaults(int positions, OptionalInt headDim, double theta, double eps) {
    /** Those that most families share. */
    static Defaults of(int positions) {
        return new Defaults(positions, OptionalInt.empty(), 10_000, 1e-6);
    }

    Defaults withHeadDim(int size) {
        return new Defaults(positions, OptionalInt.of(size), theta, eps);
    }
}
