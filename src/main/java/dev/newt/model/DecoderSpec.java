package dev.newt.model;

import dev.newt.tensor.Activation;
import dev.newt.tensor.AttentionSpec;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/**
 * The architecture of a decoder-only transformer with pre-norm blocks (RMS norm, rotary attention, gated feed-forward), as plain data. A
 * family's config.json is read into one; the decoder and the name tables are built from it.
 *
 * @param vocabulary rows of the embedding table and of the output head
 * @param hidden width of the residual stream
 * @param layers number of blocks
 * @param normEps added to the mean square inside every norm
 * @param tiedHead the output head is the embedding table
 * @param maxPositions the longest sequence the model was made for
 */
public record DecoderSpec(
        int vocabulary,
        int hidden,
        int layers,
        Attention attention,
        FeedForward feedForward,
        Rotary rotary,
        double normEps,
        boolean tiedHead,
        int maxPositions) {

    public DecoderSpec {
        requirePositive("vocabulary", vocabulary);
        requirePositive("hidden", hidden);
        requirePositive("layers", layers);
        requirePositive("maxPositions", maxPositions);
        if (attention.windows().size() != layers) {
            throw new IllegalArgumentException(
                    attention.windows().size() + " attention windows for " + layers + " layers");
        }
        if (rotary.dims() > attention.headDim()) {
            throw new IllegalArgumentException(
                    rotary.dims() + " rotary dimensions in a head of " + attention.headDim());
        }
    }

    /** What the engine needs to know of one layer's attention, {@code 0 <= layer < layers}. */
    public AttentionSpec attention(int layer) {
        return new AttentionSpec(
                attention.heads, attention.kvHeads, attention.headDim, attention.scale, attention.windows.get(layer));
    }

    /**
     * Causal attention with grouped heads.
     *
     * @param heads query heads, a multiple of {@code kvHeads}
     * @param kvHeads key and value heads
     * @param headDim size of one head; {@code heads * headDim} may differ from the hidden size
     * @param scale factor on the query-key products
     * @param qkvBias the query, key and value projections have a bias
     * @param outputBias the output projection has a bias
     * @param windows the sliding window of each layer; empty: the layer sees all earlier keys
     */
    public record Attention(
            int heads,
            int kvHeads,
            int headDim,
            double scale,
            boolean qkvBias,
            boolean outputBias,
            List<OptionalInt> windows) {

        public Attention {
            requirePositive("heads", heads);
            requirePositive("kvHeads", kvHeads);
            requirePositive("headDim", headDim);
            if (heads % kvHeads != 0) {
                throw new IllegalArgumentException(heads + " query heads cannot share " + kvHeads + " key heads");
            }
            windows = List.copyOf(windows);
        }

        /** Width of all query heads together: rows of the query projection. */
        public int queryWidth() {
            return heads * headDim;
        }

        /** Width of all key (or value) heads together: rows of the key and of the value projection. */
        public int keyWidth() {
            return kvHeads * headDim;
        }

        /** The same window, or none, for each of {@code layers} layers. */
        public static List<OptionalInt> everyLayer(OptionalInt window, int layers) {
            return Collections.nCopies(layers, window);
        }
    }

    /**
     * {@code down(activation(gate(x)) * up(x))}.
     *
     * @param intermediate width between up and down
     * @param bias all three projections have a bias
     */
    public record FeedForward(int intermediate, Activation activation, boolean bias) {
        public FeedForward {
            requirePositive("intermediate", intermediate);
        }
    }

    private static void requirePositive(String what, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " must be positive: " + value);
        }
    }
}
