package dev.newt.tensor;

/**
 * What a number of growing sequences have left so far in every layer: their keys and values. Each sequence has a place of its own, from 0,
 * and a length of its own. Before a pass over new tokens, {@link #expect} says whose they are; every layer's attention then adds them.
 * Belongs to the engine that made it.
 */
public interface KvCache extends AutoCloseable {
    /** How many sequences there is room for. */
    int places();

    /** The most tokens of one sequence. */
    int capacity();

    /** Tokens of a sequence that the layer holds. */
    int length(int layer, int place);

    /**
     * Says what the next pass computes: the flat row's first segment continues the sequence at {@code places[0]}, and so on.
     *
     * @param places ascending, one a segment
     * @throws IllegalArgumentException if the places do not ascend or do not exist, or if a sequence would become too long
     */
    void expect(Segments newTokens, int... places);

    /** The position in its sequence of each token of the pass that is expected. */
    int[] positions();

    /** The length of the longest of the expected pass's sequences, with its new tokens. */
    int longest();

    /** Forgets a sequence, so that another can have its place. */
    void clear(int place);

    @Override
    void close();
}
