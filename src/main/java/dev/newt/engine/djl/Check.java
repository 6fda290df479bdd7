package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;

/** Arguments are checked before they go to native code, where a wrong one may end the process. */
final class Check {
    private Check() {}

    static void that(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    static void shape(String name, TorchTensor tensor, long... dims) {
        if (!tensor.shape().equals(Shape.of(dims))) {
            throw new IllegalArgumentException(name + " is " + tensor + ", not of shape " + Shape.of(dims));
        }
    }

    static void rank(String name, TorchTensor tensor, int rank) {
        if (tensor.shape().rank() != rank) {
            throw new IllegalArgumentException(name + " is " + tensor + ", not of rank " + rank);
        }
    }

    static void dtype(String name, TorchTensor tensor, DType dtype) {
        if (tensor.dtype() != dtype) {
            throw new IllegalArgumentException(name + " is " + tensor + ", not of type " + dtype);
        }
    }

    static void floating(String name, TorchTensor tensor) {
        if (!tensor.dtype().isFloating()) {
            throw new IllegalArgumentException(name + " is " + tensor + ", not of a floating type");
        }
    }

    /** A type that this engine computes in. */
    static void computable(String name, TorchTensor tensor) {
        if (!tensor.dtype().isFloating() || tensor.dtype() == DType.F16) {
            throw new IllegalArgumentException(name + " is " + tensor + ", not of type F32, BF16 or F64");
        }
    }
}
