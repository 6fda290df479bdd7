package dev.newt.engine.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.pytorch.jni.TorchHandles;
import dev.newt.tensor.DType;
import dev.newt.tensor.Dropout;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** An engine, and beside it libtorch's autograd in F64 over plain definitions (oracle.py). Closes all tensors it made or was given. */
public final class Oracle implements AutoCloseable {
    public final Engine engine;
    private final Supplier<Engine> engines;
    private final Kernels kernels = new Kernels(
            TorchScriptArchive.ofResources(List.of("/dev/newt/engine/djl/oracle.py")), CpuThreads.of(Map.of()));
    private final TorchMemory memory = new TorchMemory(kernels);
    private final List<Tensor> open = new ArrayList<>();
    private Random random = new Random(0);
    private long held;

    /** @param engines makes engines of the kind that is tested */
    public Oracle(Supplier<Engine> engines) {
        this.engines = engines;
        this.engine = engines.get();
    }

    /** One more engine of the same kind, to be closed by the caller. */
    public Engine another() {
        return engines.get();
    }

    /** What every engine's dropout keeps: 1 where an element stays. */
    public static void dropout(ByteBuffer mask, Dropout dropout) {
        DropoutMask.fill(mask, dropout);
    }

    public void seed(long seed) {
        random = new Random(seed);
    }

    public int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    /** Normal numbers. */
    public Tensor random(DType type, long... dims) {
        Shape shape = Shape.of(dims);
        float[] values = new float[(int) shape.elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        try (Tensor narrow = engine.upload(values, shape)) {
            return keep(engine.cast(narrow, type));
        }
    }

    /** Normal numbers times a factor, as weights are. */
    public Tensor random(double factor, DType type, long... dims) {
        Tensor tensor = random(type, dims);
        engine.scale(List.of(tensor), factor);
        return tensor;
    }

    public Tensor indices(int count, int end) {
        int[] values = new int[count];
        Arrays.setAll(values, i -> random.nextInt(end));
        return keep(engine.upload(values));
    }

    public <T extends Tensor> T keep(T tensor) {
        open.add(tensor);
        return tensor;
    }

    /** The oracle's function with all floating tensors taken to F64; its results. */
    public List<double[]> run(String function, Object... arguments) {
        List<Tensor> wide = new ArrayList<>();
        Object[] values = new Object[arguments.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = arguments[i];
            if (arguments[i] instanceof Tensor tensor) {
                TorchTensor copy = wide(tensor);
                values[i] = copy;
                wide.add(copy);
            }
        }
        long[] handles = kernels.tensorsWithAutograd(function, values);
        wide.forEach(Tensor::close);
        List<double[]> results = new ArrayList<>();
        for (long handle : handles) {
            results.add(doubles(TorchHandles.memory(handle)));
            TorchHandles.delete(handle);
        }
        return results;
    }

    /** The oracle's own copy, which autograd may keep: uploaded by itself, whatever engine the tensor is of. */
    private TorchTensor wide(Tensor tensor) {
        DType type = tensor.dtype().isFloating() ? DType.F64 : tensor.dtype();
        try (Tensor cast = engine.cast(tensor, type)) {
            byte[] bytes = new byte[Math.toIntExact(cast.bytes())];
            engine.download(cast).get(bytes);
            ByteBuffer elements = ByteBuffer.allocateDirect(bytes.length).order(ByteOrder.nativeOrder());
            elements.put(bytes).flip();
            long handle = kernels.tensorWithAutograd("filled", type, tensor.shape());
            if (bytes.length > 0) {
                TorchHandles.memory(handle).put(elements);
            }
            return memory.adopt(handle, type, tensor.shape());
        }
    }

    public double[] values(Tensor tensor) {
        try (Tensor wide = engine.cast(tensor, DType.F64)) {
            return doubles(engine.download(wide));
        }
    }

    private static double[] doubles(ByteBuffer buffer) {
        double[] values = new double[buffer.capacity() / Double.BYTES];
        buffer.asDoubleBuffer().get(values);
        return values;
    }

    /** Closes the tensor after comparing it: the largest difference over the largest value, by type of computation. */
    public void close(String name, Tensor actual, double[] expected, DType computed) {
        double[] values = values(keep(actual));
        assertThat(values).as(name).hasSameSizeAs(expected);
        assertThat(difference(values, expected)).as(name + " " + computed).isLessThan(tolerance(computed));
    }

    public static double difference(double[] actual, double[] expected) {
        double largest = 1e-30;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double here = Math.abs(actual[i] - expected[i]);
            difference = here <= difference ? difference : here;
        }
        return difference / largest;
    }

    private static double tolerance(DType type) {
        return switch (type) {
            case F64 -> 1e-11;
            case F32 -> 1e-5;
            default -> 2e-2;
        };
    }

    /** Closes what was kept; then the engine must hold no more than after the test before. */
    public void clear() {
        open.forEach(Tensor::close);
        open.clear();
        long before = held;
        held = engine.allocatedBytes();
        assertThat(held).isEqualTo(before);
    }

    @Override
    public void close() {
        kernels.close();
        engine.close();
    }
}
