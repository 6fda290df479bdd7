package dev.newt.tensor;

import java.util.OptionalInt;

/**
 * Causal attention with grouped heads.
 *
 * @param heads query heads; a multiple of {@code kvHeads}
 * @param kvHeads key and value heads
 * @param headDim size of one head
 * @param scale factor on the query-key products
 * @param window key k is visible to query q when {@code q - window < k <= q}; absent: all earlier keys
 */
public record AttentionSpec(int heads, int kvHeads, int headDim, double scale, OptionalInt window) {
    public AttentionSpec {
        if (kvHeads <= 0 || heads % kvHeads != 0) {
            throw new IllegalArgumentException(heads + " query heads cannot share " + kvHeads + " key heads");
        }
    }
}
