package dev.newt.weights;

import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;

/**
 * A tensor in an open safetensors file. Its elements are mapped, not read: they take no heap, and pages are loaded when touched.
 *
 * <p>A mapping outlives the file's {@code close} and ends when the buffer is collected, since Java 17 offers no other way. The file must
 * not be truncated meanwhile.
 */
public final class StoredTensor {
    private final TensorInfo info;
    private final Path file;
    private final FileChannel channel;
    private final long position;

    /** @param position of the first element in the file */
    StoredTensor(TensorInfo info, Path file, FileChannel channel, long position) {
        this.info = info;
        this.file = file;
        this.channel = channel;
        this.position = position;
    }

    public TensorInfo info() {
        return info;
    }

    public String name() {
        return info.name();
    }

    public DType dtype() {
        return info.dtype();
    }

    public Shape shape() {
        return info.shape();
    }

    public long bytes() {
        return info.bytes();
    }

    /** The file that holds it, for messages. */
    public Path file() {
        return file;
    }

    /** Whether {@link #buffer()} can hold it: at most 2 GiB - 1. Larger ones are read by {@link #rows}. */
    public boolean fitsOneBuffer() {
        return bytes() <= Integer.MAX_VALUE;
    }

    /**
     * The elements: little endian, direct and read-only. Mapped, or copied if their position in the file is not aligned for their type.
     *
     * @throws IllegalStateException if it is larger than one buffer, or the file is closed
     */
    public ByteBuffer buffer() {
        return slice(0, bytes());
    }

    /** The elements of rows {@code [start, end)} of the first dimension, as {@link #buffer()} gives them. */
    public ByteBuffer rows(long start, long end) {
        if (shape().rank() == 0 || start < 0 || end < start || end > shape().dim(0)) {
            throw new IndexOutOfBoundsException("rows " + start + " to " + end + " of " + name() + " " + shape());
        }
        long rowBytes = shape().dim(0) == 0 ? 0 : bytes() / shape().dim(0);
        return slice(start * rowBytes, (end - start) * rowBytes);
    }

    /**
     * Some of its elements as a tensor of their own, over the same file.
     *
     * @param first element that belongs to it
     */
    public StoredTensor part(String name, long first, Shape shape) {
        long bytes = dtype().bytes();
        if (first < 0 || (first + shape.elements()) * bytes > bytes()) {
            throw new IndexOutOfBoundsException(shape + " from element " + first + " of " + name() + " " + shape());
        }
        return new StoredTensor(new TensorInfo(name, dtype(), shape), file, channel, position + first * bytes);
    }

    private ByteBuffer slice(long offset, long length) {
        if (length > Integer.MAX_VALUE) {
            throw new IllegalStateException(
                    name() + ": " + length + " bytes are more than one buffer holds; take it by rows");
        }
        if (!channel.isOpen()) {
            throw new IllegalStateException(file + " is closed");
        }
        try {
            if (length > 0 && (position + offset) % dtype().bytes() == 0) {
                return channel.map(MapMode.READ_ONLY, position + offset, length).order(ByteOrder.LITTLE_ENDIAN);
            }
            ByteBuffer copy = ByteBuffer.allocateDirect((int) length);
            while (copy.hasRemaining()) {
                if (channel.read(copy, position + offset + copy.position()) < 0) {
                    throw new IOException(file + " has become shorter while it was in use");
                }
            }
            return copy.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
