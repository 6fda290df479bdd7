package dev.newt.tensor;

/**
 * One device's arithmetic, all of it. Who needs less asks for less: a model that only answers for {@link Memory} and {@link ForwardOps}. An
 * engine is used by one thread at a time.
 */
public interface Engine extends Memory, ForwardOps, BackwardOps, UpdateOps, AutoCloseable {
    /** For people: library, version, device, threads. */
    String description();

    @Override
    void close();
}
