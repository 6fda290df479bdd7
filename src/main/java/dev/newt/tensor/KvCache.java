package dev.newt.tensor;

/** The keys and values that one sequence has so far, for every layer. Belongs to the engine that made it. */
public interface KvCache extends AutoCloseable {
    /** Tokens that the given layer holds. */
    int length(int layer);

    int capacity();

    /** Forgets everything, keeps the memory. */
    void clear();

    @Override
    void close();
}
