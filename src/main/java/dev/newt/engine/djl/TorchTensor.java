package dev.newt.engine.djl;

import ai.djl.pytorch.jni.TorchHandles;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;

/** A libtorch tensor by its handle. */
final class TorchTensor implements Tensor {
    private final TorchMemory memory;
    private final Storage storage;
    private final DType dtype;
    private final Shape shape;
    private long handle;

    /** Takes over the handle and one use of the storage. */
    TorchTensor(TorchMemory memory, Storage storage, long handle, DType dtype, Shape shape) {
        this.memory = memory;
        this.storage = storage;
        this.handle = handle;
        this.dtype = dtype;
        this.shape = shape;
    }

    TorchMemory memory() {
        return memory;
    }

    Storage storage() {
        return storage;
    }

    long handle() {
        if (handle == 0) {
            throw new IllegalStateException("tensor " + dtype + shape + " is closed");
        }
        return handle;
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public boolean isOpen() {
        return handle != 0;
    }

    @Override
    public void close() {
        if (handle != 0) {
            TorchHandles.delete(handle);
            handle = 0;
            storage.release();
        }
    }

    @Override
    public String toString() {
        return dtype + shape.toString() + (isOpen() ? "" : " (closed)");
    }
}
