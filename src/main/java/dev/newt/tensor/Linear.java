package dev.newt.tensor;

import java.util.Optional;

/**
 * A linear layer: a weight [out, in], perhaps a bias [out], perhaps a low-rank adapter.
 */
public record Linear(Parameter weight, Optional<Parameter> bias, Optional<LowRank> adapter) {
    public static Linear of(Parameter weight) {
        return new Linear(weight, Optional.empty(), Optional.empty());
    }

    public Linear withAdapter(LowRank lowRank) {
        return new Linear(weight, bias, Optional.of(lowRank));
    }

    /**
     * LoRA, or DoRA where a magnitude is present.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     * @param magnitude [out]
     * @param scale alpha / rank, or alpha / sqrt(rank) for rsLoRA
     * @param dropout probability on the adapter's input
     * @param site tells this layer's dropout masks from every other's
     */
    public record LowRank(
            Parameter a, Parameter b, Optional<Parameter> magnitude, double scale, double dropout, int site) {}
}
