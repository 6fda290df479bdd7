package dev.newt.optim;

import dev.newt.tensor.Tensor;
import java.util.Map;
import java.util.function.Function;

/** Changes a model's trainable parameters by their gradients, and keeps what it needs for that from step to step. For one thread. */
public interface Optimizer extends AutoCloseable {
    /**
     * Updates every parameter that has a gradient; the others stay. Gradients are kept.
     *
     * @param learningRate of this step, which each parameter group scales by its factor
     */
    void step(double learningRate);

    /** How often {@link #step} ran, earlier parts of a restored run included. */
    long updates();

    /** The state by name, {@code <buffer>.<parameter>}, such as {@code exp_avg.<parameter>}; the tensors stay the optimizer's. */
    Map<String, Tensor> state();

    /** Bytes of {@link #state}. */
    default long stateBytes() {
        return state().values().stream().mapToLong(Tensor::bytes).sum();
    }

    /**
     * Takes the state of an earlier run over.
     *
     * @param updates of that run
     * @param values gives the tensor of a name of {@link #state}, of the same shape; it is closed here
     */
    void restore(long updates, Function<String, Tensor> values);

    @Override
    void close();
}
