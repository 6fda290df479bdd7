package dev.newt.tensor;

import java.util.Optional;

/**
 * A model's weight as the model sees it: a name, a shape, and a lease on its values for the time of one use. Behind the lease they may be
 * mapped from a file, quantised, or elsewhere. Frozen, if it says nothing else.
 */
public interface Parameter extends AutoCloseable {
    /** The tensor's name in the checkpoint. */
    String name();

    Shape shape();

    default boolean trainable() {
        return false;
    }

    /** The values in the model's compute type, until the lease is closed. */
    Lease lease();

    /** Adds a gradient, which becomes the parameter's own. */
    default void accumulate(Tensor gradient) {
        gradient.close();
        throw new IllegalStateException(name() + " is frozen and takes no gradient");
    }

    /** The summed gradient, in the accumulator type; stays the parameter's. */
    default Optional<Tensor> gradient() {
        return Optional.empty();
    }

    default void clearGradient() {}

    /** Releases values and gradient. */
    @Override
    void close();

    /** Values on loan. */
    interface Lease extends AutoCloseable {
        Tensor tensor();

        /** A loan of values that stay where they are. */
        static Lease lasting(Tensor values) {
            return new Lease() {
                @Override
                public Tensor tensor() {
                    return values;
                }

                @Override
                public void close() {}
            };
        }

        @Override
        void close();
    }
}
