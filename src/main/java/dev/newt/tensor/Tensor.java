package dev.newt.tensor;

/**
 * Memory on an engine's device with a type and a shape, row major and contiguous. Created by an {@link Engine}, released by {@link #close}
 * at once; using it afterwards throws {@link IllegalStateException}. Not thread safe.
 */
public interface Tensor extends AutoCloseable {
    DType dtype();

    Shape shape();

    boolean isOpen();

    /** Bytes of its elements. */
    default long bytes() {
        return shape().elements() * dtype().bytes();
    }

    /** Releases the memory. A second call does nothing. */
    @Override
    void close();
}
