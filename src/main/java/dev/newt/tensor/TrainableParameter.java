package dev.newt.tensor;

/** A parameter that an optimizer updates. */
public interface TrainableParameter extends Parameter {
    /** The values that the optimizer updates in place, in the accumulator type; stays the parameter's. */
    Tensor master();

    /** To be called after {@link #master} was written: the values in the compute type follow. */
    void mastersChanged();
}
