package dev.newt.tensor;

import java.util.Optional;

/** A weight that is trained: values in the accumulator type, and, where the model computes in another, a copy in that. */
public final class DenseTrainableParameter implements TrainableParameter {
    private final String name;
    private final Engine engine;
    private final Tensor master;
    private final Optional<Tensor> copy;
    private Optional<Tensor> gradient = Optional.empty();

    /**
     * @param master values in the accumulator type of {@code compute}, from now on the parameter's own
     * @param compute the type on loan
     */
    public DenseTrainableParameter(String name, Engine engine, Tensor master, DType compute) {
        if (master.dtype() != compute.accumulator()) {
            throw new IllegalArgumentException(name + ": master values in " + master.dtype() + " for " + compute);
        }
        this.name = name;
        this.engine = engine;
        this.master = master;
        this.copy = master.dtype() == compute ? Optional.empty() : Optional.of(engine.cast(master, compute));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Shape shape() {
        return master.shape();
    }

    @Override
    public boolean trainable() {
        return true;
    }

    @Override
    public Lease lease() {
        return Lease.lasting(copy.orElse(master));
    }

    @Override
    public Tensor master() {
        return master;
    }

    @Override
    public void mastersChanged() {
        copy.ifPresent(c -> engine.copyInto(master, c));
    }

    @Override
    public void accumulate(Tensor addend) {
        if (gradient.isPresent()) {
            engine.addInto(addend, gradient.get());
            addend.close();
        } else if (addend.dtype() == master.dtype()) {
            gradient = Optional.of(addend);
        } else {
            gradient = Optional.of(engine.cast(addend, master.dtype()));
            addend.close();
        }
    }

    @Override
    public Optional<Tensor> gradient() {
        return gradient;
    }

    @Override
    public void clearGradient() {
        gradient.ifPresent(Tensor::close);
        gradient = Optional.empty();
    }

    @Override
    public void close() {
        clearGradient();
        copy.ifPresent(Tensor::close);
        master.close();
    }
}
