package dev.newt.weights;

import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;

/** A tensor's name, element type and shape, without its values. */
public record TensorInfo(String name, DType dtype, Shape shape) {
    /** Bytes of all elements. */
    public long bytes() {
        return Math.multiplyExact(shape.elements(), (long) dtype.bytes());
    }
}
