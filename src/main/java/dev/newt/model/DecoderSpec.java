package dev.newt.model;

import java.util.List;

/**
 * The architecture of a decoder-only transformer, as plain data. A family's config.json is read into one; each part says what weights it needs,
 * computes itself and prices itself.
 *
 * @param vocabulary rows of the embedding table and of the output head
 * @param hidden width of the residual stream
 * @param blocks in the order of use
 * @param tiedHead the output head is the embedding table
 * @param maxPositions the longest sequence the model was made for
 */
public record DecoderSpec(
        int vocabulary, int hidden, List<Block> blocks, Norm finalNorm, boolean tiedHead, int maxPositions) {

    public DecoderSpec {
        requirePositive("vocabulary", vocabulary);
        requirePositive("hidden", hidden);
        requirePositive("layers", blocks.size());
        requirePositive("maxPositions", maxPositions);
        blocks = List.copyOf(blocks);
    }

    /** Number of blocks. */
    public int layers() {
        return blocks.size();
    }

    /** One layer's attention, {@code 0 <= layer < layers}. */
    public GroupedAttention attention(int layer) {
        return (GroupedAttention) blocks.get(layer).mixer();
    }

    /** Factor on the load-balancing loss of the routers that training adds to its own; 0 where there is none. */
    public double routerBalance() {
        return blocks.stream()
                .map(Block::feedForward)
                .filter(Experts.class::isInstance)
                .mapToDouble(part -> ((Experts) part).balance())
                .max()
                .orElse(0);
    }

    static void requirePositive(String what, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(what + " must be positive: " + value);
        }
    }
}
