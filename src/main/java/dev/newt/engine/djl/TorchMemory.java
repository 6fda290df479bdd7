package dev.newt.engine.djl;

import ai.djl.pytorch.jni.TorchHandles;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes tensors, fills and reads them, counts their bytes. */
final class TorchMemory {
    /** What a function returns. */
    record Output(DType dtype, Shape shape) {
        static Output of(DType dtype, long... dims) {
            return new Output(dtype, Shape.of(dims));
        }
    }

    private final Kernels kernels;
    private long allocated;
    private long peak;

    TorchMemory(Kernels kernels) {
        this.kernels = kernels;
    }

    Kernels kernels() {
        return kernels;
    }

    long allocated() {
        return allocated;
    }

    long peak() {
        return peak;
    }

    void opened(long bytes) {
        allocated += bytes;
        peak = Math.max(peak, allocated);
    }

    void released(long bytes) {
        allocated -= bytes;
    }

    /** The tensor, which must be this engine's and open. */
    TorchTensor own(Tensor tensor) {
        if (!(tensor instanceof TorchTensor own) || own.memory() != this) {
            throw new IllegalArgumentException("a tensor of another engine: " + tensor);
        }
        own.handle();
        return own;
    }

    /** The tensor, which is to be written to. */
    TorchTensor target(Tensor tensor) {
        TorchTensor own = own(tensor);
        Check.that(!own.storage().isMapped(), own + " lies in mapped memory, which is never written to");
        return own;
    }

    /** Indices must be I64 and lie in [0, end). */
    void checkIndices(String name, TorchTensor indices, long end) {
        Check.dtype(name, indices, DType.I64);
        LongBuffer values = contents(indices).asLongBuffer();
        for (int i = 0; i < values.limit(); i++) {
            long value = values.get(i);
            if (value < 0 || value >= end) {
                throw new IllegalArgumentException(name + " hold " + value + ", not in [0, " + end + ")");
            }
        }
    }

    List<TorchTensor> own(List<Tensor> tensors) {
        return tensors.stream().map(this::own).toList();
    }

    /** The one tensor that a function returns. */
    TorchTensor tensor(DType dtype, Shape shape, String function, Object... arguments) {
        return adopt(kernels.tensor(function, arguments), dtype, shape);
    }

    /** The tensors that a function returns. */
    List<TorchTensor> tensors(List<Output> outputs, String function, Object... arguments) {
        long[] handles = kernels.tensors(function, arguments);
        if (handles.length != outputs.size()) {
            throw new IllegalStateException(function + " gave " + handles.length + " tensors for " + outputs.size());
        }
        List<TorchTensor> tensors = new ArrayList<>(handles.length);
        for (int i = 0; i < handles.length; i++) {
            tensors.add(adopt(handles[i], outputs.get(i).dtype(), outputs.get(i).shape()));
        }
        return tensors;
    }

    TorchTensor adopt(long handle, DType dtype, Shape shape) {
        assert Arrays.equals(TorchHandles.sizes(handle), shape.toArray())
                : Arrays.toString(TorchHandles.sizes(handle)) + " is not " + shape;
        Storage storage = new Storage(this, shape.elements() * dtype.bytes(), null);
        return new TorchTensor(this, storage, handle, dtype, shape);
    }

    TorchTensor empty(DType dtype, Shape shape) {
        return tensor(dtype, shape, "empty", dtype, shape);
    }

    /** As {@link #empty}, for the engine itself: not counted. */
    TorchTensor internal(DType dtype, Shape shape) {
        return new TorchTensor(this, new Storage(this, 0, null), kernels.tensor("empty", dtype, shape), dtype, shape);
    }

    TorchTensor reshape(TorchTensor tensor, Shape shape) {
        long handle = kernels.tensor("reshape", tensor, shape);
        return new TorchTensor(this, tensor.storage().share(), handle, tensor.dtype(), shape);
    }

    /** A tensor over the direct buffer's memory from its position on; a copy where the elements are not aligned. */
    TorchTensor map(ByteBuffer buffer, DType dtype, Shape shape) {
        ByteBuffer slice = slice(buffer, dtype, shape);
        if (!slice.isDirect() || !slice.hasRemaining() || slice.alignmentOffset(0, dtype.bytes()) != 0) {
            return upload(slice, dtype, shape);
        }
        long bytes = TorchHandles.bytes(slice);
        try (TorchTensor source =
                new TorchTensor(this, new Storage(this, 0, slice), bytes, DType.U8, Shape.of(slice.capacity()))) {
            long handle = kernels.tensor("over", source, dtype, shape);
            return new TorchTensor(this, new Storage(this, 0, slice), handle, dtype, shape);
        }
    }

    TorchTensor upload(ByteBuffer buffer, DType dtype, Shape shape) {
        ByteBuffer slice = slice(buffer, dtype, shape);
        TorchTensor tensor = empty(dtype, shape);
        if (slice.hasRemaining()) {
            contents(tensor).put(slice);
        }
        return tensor;
    }

    /** The open tensor's own memory. */
    ByteBuffer contents(TorchTensor tensor) {
        if (tensor.bytes() == 0) {
            return ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder());
        }
        if (tensor.bytes() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(tensor + " is larger than the 2 GiB of a buffer");
        }
        return TorchHandles.memory(tensor.handle());
    }

    static ByteBuffer slice(ByteBuffer buffer, DType dtype, Shape shape) {
        long bytes = shape.elements() * dtype.bytes();
        if (bytes > buffer.remaining()) {
            throw new IllegalArgumentException(
                    dtype + shape.toString() + " needs " + bytes + " bytes, the buffer has " + buffer.remaining());
        }
        return buffer.slice(buffer.position(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
