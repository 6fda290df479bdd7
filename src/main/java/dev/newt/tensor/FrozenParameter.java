package dev.newt.tensor;

/** A weight that stays as it is, held in the compute type. */
public final class FrozenParameter implements Parameter {
    private final String name;
    private final Tensor values;

    /** @param values from now on the parameter's own */
    public FrozenParameter(String name, Tensor values) {
        this.name = name;
        this.values = values;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Shape shape() {
        return values.shape();
    }

    @Override
    public Lease lease() {
        return Lease.lasting(values);
    }

    @Override
    public void close() {
        values.close();
    }
}
