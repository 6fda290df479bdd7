package dev.newt.tensor;

import java.nio.ByteBuffer;

/**
 * Makes, fills, reads and converts tensors on one device. Tensors given in stay the caller's, tensors given out become the caller's, and all
 * are contiguous.
 */
public interface Memory {
    /** Bytes of all tensors that are open now. Memory that {@link #map} shares with a file does not count. */
    long allocatedBytes();

    /** The largest {@link #allocatedBytes} seen. */
    long peakBytes();

    Tensor zeros(DType dtype, Shape shape);

    /** A tensor with the little-endian elements from the buffer's position on, copied. */
    Tensor upload(ByteBuffer elements, DType dtype, Shape shape);

    /** A tensor over a direct buffer's own memory where the device can, else a copy. Never written to. */
    Tensor map(ByteBuffer elements, DType dtype, Shape shape);

    Tensor upload(float[] values, Shape shape);

    Tensor upload(int[] values);

    /**
     * The elements, little endian, in a direct buffer that is to be read before the tensor is changed or closed. It may be the tensor's own
     * memory: a copy would stay until the JVM collects it, and a checkpoint would take the model and its moments once more.
     */
    ByteBuffer download(Tensor tensor);

    /** The elements of a tensor of any floating type. */
    float[] downloadFloats(Tensor tensor);

    /** A copy in another (or the same) type. */
    Tensor cast(Tensor tensor, DType dtype);

    /** Overwrites {@code target} with {@code source}'s values, converted to its type. Shapes are equal. */
    void copyInto(Tensor source, Tensor target);

    /** The same elements as another shape, in a new tensor that shares the memory; each is closed by itself. */
    Tensor reshape(Tensor tensor, Shape shape);

    /** A copy of rows {@code [start, end)} of the first dimension. */
    Tensor rows(Tensor tensor, long start, long end);
}
