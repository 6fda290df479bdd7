package dev.newt.engine.djl;

import ai.djl.pytorch.jni.TorchHandles;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The TorchScript module, and calls of its functions. Arguments are {@link TorchTensor}, {@code List<TorchTensor>},
 * {@code Optional<TorchTensor>} (a list of none or one), {@link DType} (its number), {@link Shape} or {@code long[]} (a list of integers),
 * Integer, Long, Double and Boolean.
 */
final class Kernels implements AutoCloseable {
    private final int threads;
    private final Optional<NeighbourWatch> watch;
    private long module;
    private Thread configured;

    /** @param settings of the threads of each operation */
    Kernels(byte[] archive, CpuThreads settings) {
        loadLibrary(settings);
        int available = Runtime.getRuntime().availableProcessors();
        this.threads = settings.count(available, TorchHandles.threads());
        this.watch = settings.waiting() == CpuThreads.Wait.AUTO && threads > 1
                ? NeighbourWatch.start(available)
                : Optional.empty();
        configureThread();
        module = TorchHandles.loadModule(archive);
    }

    /** Loads libtorch, once in a process. How its threads wait must be said before. */
    static synchronized void loadLibrary(CpuThreads settings) {
        NativeHeap.returnLargeBlocks();
        switch (settings.waiting()) {
            case ACTIVE, PASSIVE -> OpenMp.setVariable(
                    "OMP_WAIT_POLICY", settings.waiting().name());
            case AUTO, AS_SET -> {}
        }
        TorchHandles.loadLibrary();
    }

    int threads() {
        return threads;
    }

    /** A function that returns one tensor; its handle. */
    long tensor(String function, Object... arguments) {
        long value = call(function, false, arguments);
        try {
            return TorchHandles.tensor(value);
        } finally {
            TorchHandles.deleteValue(value);
        }
    }

    /** A function that returns a list of tensors; their handles. */
    long[] tensors(String function, Object... arguments) {
        long value = call(function, false, arguments);
        try {
            return TorchHandles.tensors(value);
        } finally {
            TorchHandles.deleteValue(value);
        }
    }

    /** As {@link #tensor}, with autograd at work. */
    long tensorWithAutograd(String function, Object... arguments) {
        long value = call(function, true, arguments);
        try {
            return TorchHandles.tensor(value);
        } finally {
            TorchHandles.deleteValue(value);
        }
    }

    /** As {@link #tensors}, with autograd at work. */
    long[] tensorsWithAutograd(String function, Object... arguments) {
        long value = call(function, true, arguments);
        try {
            return TorchHandles.tensors(value);
        } finally {
            TorchHandles.deleteValue(value);
        }
    }

    double number(String function, Object... arguments) {
        long value = call(function, false, arguments);
        try {
            return TorchHandles.number(value);
        } finally {
            TorchHandles.deleteValue(value);
        }
    }

    void run(String function, Object... arguments) {
        TorchHandles.deleteValue(call(function, false, arguments));
    }

    @Override
    public void close() {
        if (module != 0) {
            watch.ifPresent(NeighbourWatch::close);
            TorchHandles.deleteModule(module);
            module = 0;
        }
    }

    /** Threads and executor mode are properties of the calling thread in libtorch; another engine may have set the former. */
    private void configureThread() {
        if (TorchHandles.threads() != threads) {
            TorchHandles.setThreads(threads);
        }
        if (configured != Thread.currentThread()) {
            configured = Thread.currentThread();
            // Profiling would run the first calls of a function differently from later ones.
            TorchHandles.setGraphOptimization(false);
        }
    }

    private long call(String function, boolean autograd, Object[] arguments) {
        if (module == 0) {
            throw new IllegalStateException("the engine is closed");
        }
        configureThread();
        long[] values = new long[arguments.length];
        int made = 0;
        try {
            for (; made < values.length; made++) {
                values[made] = value(arguments[made]);
            }
            return TorchHandles.run(module, function, values, autograd);
        } catch (RuntimeException e) {
            throw failure(function, e);
        } finally {
            for (int i = 0; i < made; i++) {
                TorchHandles.deleteValue(values[i]);
            }
        }
    }

    private static long value(Object argument) {
        if (argument instanceof TorchTensor tensor) {
            return TorchHandles.value(tensor.handle());
        } else if (argument instanceof Integer number) {
            return TorchHandles.integer(number);
        } else if (argument instanceof Long number) {
            return TorchHandles.integer(number);
        } else if (argument instanceof Double number) {
            return TorchHandles.number(number);
        } else if (argument instanceof Boolean flag) {
            return TorchHandles.bool(flag);
        } else if (argument instanceof DType type) {
            return TorchHandles.integer(number(type));
        } else if (argument instanceof Shape shape) {
            return TorchHandles.integers(shape.toArray());
        } else if (argument instanceof long[] integers) {
            return TorchHandles.integers(integers);
        } else if (argument instanceof Optional<?> optional) {
            return TorchHandles.value(
                    optional.stream().mapToLong(Kernels::handle).toArray());
        } else if (argument instanceof List<?> list) {
            return TorchHandles.value(list.stream().mapToLong(Kernels::handle).toArray());
        }
        throw new IllegalArgumentException("no TorchScript value for " + argument);
    }

    private static long handle(Object tensor) {
        return ((TorchTensor) tensor).handle();
    }

    /** libtorch's number of a type (c10/core/ScalarType.h). */
    static int number(DType type) {
        return switch (type) {
            case U8 -> 0;
            case I8 -> 1;
            case I32 -> 3;
            case I64 -> 4;
            case F16 -> 5;
            case F32 -> 6;
            case F64 -> 7;
            case BOOL -> 11;
            case BF16 -> 15;
        };
    }

    /** libtorch's messages carry a TorchScript and a C++ trace; the sentence that says what happened stands behind the last "Error:". */
    private static RuntimeException failure(String function, RuntimeException cause) {
        String message = String.valueOf(cause.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("can't allocate memory")) {
            return new IllegalStateException("not enough memory for " + function + ": " + sentence(message), cause);
        }
        return new IllegalStateException("libtorch failed in " + function + ": " + sentence(message), cause);
    }

    private static String sentence(String message) {
        int at = message.lastIndexOf("Error: ");
        String rest = at < 0 ? message : message.substring(at + "Error: ".length());
        return Arrays.stream(rest.split("\n"))
                .filter(line -> !line.isBlank())
                .findFirst()
                .orElse(message);
    }
}
