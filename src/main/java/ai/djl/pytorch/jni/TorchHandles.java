package ai.djl.pytorch.jni;

import ai.djl.ndarray.types.DataType;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * libtorch objects by their raw handles. Lives in DJL's package because its native methods are package private, and DJL's own NDArray
 * cannot make bfloat16 tensors and releases by manager, not at once. A handle given out is the caller's to delete.
 */
public final class TorchHandles {
    private static final int[] CPU = {0, -1};
    private static final int STRIDED = 0;

    private TorchHandles() {}

    /** Loads libtorch, once in a process; unpacks it to DJL's cache directory where it is not there yet. */
    public static void loadLibrary() {
        LibUtils.loadLibrary();
    }

    public static String version() {
        return LibUtils.getVersion();
    }

    public static int threads() {
        return PyTorchLibrary.LIB.torchGetNumThreads();
    }

    /** For operations called from this thread. */
    public static void setThreads(int threads) {
        PyTorchLibrary.LIB.torchSetNumThreads(threads);
    }

    /** Whether the TorchScript executor profiles and rewrites, for calls from this thread. */
    public static void setGraphOptimization(boolean on) {
        PyTorchLibrary.LIB.setGraphExecutorOptimize(on);
    }

    /** A TorchScript module from its archive. */
    public static long loadModule(byte[] archive) {
        return PyTorchLibrary.LIB.moduleLoad(
                new ByteArrayInputStream(archive), CPU, true, new byte[archive.length], -1);
    }

    public static void deleteModule(long module) {
        PyTorchLibrary.LIB.torchDeleteModule(module);
    }

    /** The method's result as a value handle. Without {@code autograd}, in inference mode. */
    public static long run(long module, String method, long[] values, boolean autograd) {
        return PyTorchLibrary.LIB.moduleRunMethod(module, method, values, autograd, false);
    }

    public static long value(long tensor) {
        return PyTorchLibrary.LIB.iValueFromTensor(tensor);
    }

    public static long value(long[] tensors) {
        return PyTorchLibrary.LIB.iValueFromTensorList(tensors);
    }

    public static long integer(long value) {
        return PyTorchLibrary.LIB.iValueFromLong(value);
    }

    public static long integers(long[] values) {
        return PyTorchLibrary.LIB.iValueFromLongList(values);
    }

    public static long number(double value) {
        return PyTorchLibrary.LIB.iValueFromDouble(value);
    }

    public static long bool(boolean value) {
        return PyTorchLibrary.LIB.iValueFromBool(value);
    }

    public static void deleteValue(long value) {
        PyTorchLibrary.LIB.torchDeleteIValue(value);
    }

    public static long tensor(long value) {
        return PyTorchLibrary.LIB.iValueToTensor(value);
    }

    public static long[] tensors(long value) {
        return PyTorchLibrary.LIB.iValueToTensorList(value);
    }

    public static double number(long value) {
        return PyTorchLibrary.LIB.iValueToDouble(value);
    }

    public static long[] sizes(long tensor) {
        return PyTorchLibrary.LIB.torchSizes(tensor);
    }

    /** The tensor's own memory; the tensor must be contiguous, of less than 2 GiB, and outlive the buffer. */
    public static ByteBuffer memory(long tensor) {
        return PyTorchLibrary.LIB.torchDirectByteBuffer(tensor).order(ByteOrder.nativeOrder());
    }

    /** A tensor of bytes over the direct buffer's own memory, which must outlive it. */
    public static long bytes(ByteBuffer buffer) {
        return PyTorchLibrary.LIB.torchFromBlob(
                buffer, new long[] {buffer.capacity()}, DataType.UINT8.ordinal(), STRIDED, CPU, false);
    }

    public static void delete(long tensor) {
        PyTorchLibrary.LIB.torchDeleteTensor(tensor);
    }
}
