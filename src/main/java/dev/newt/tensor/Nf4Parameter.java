package dev.newt.tensor;

import java.util.Optional;

/** A frozen matrix in 4 bits, made dense for the time of each use. */
public final class Nf4Parameter implements Parameter {
    private final String name;
    private final Engine engine;
    private final Nf4Tensors values;
    private final DType dtype;

    /**
     * @param values from now on the parameter's own
     * @param dtype of the dense matrix on loan
     */
    public Nf4Parameter(String name, Engine engine, Nf4Tensors values, DType dtype) {
        this.name = name;
        this.engine = engine;
        this.values = values;
        this.dtype = dtype;
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
    public boolean trainable() {
        return false;
    }

    @Override
    public Lease lease() {
        Tensor dense = engine.dequantizeNf4(values, dtype);
        return new Lease() {
            @Override
            public Tensor tensor() {
                return dense;
            }

            @Override
            public void close() {
                dense.close();
            }
        };
    }

    @Override
    public void accumulate(Tensor gradient) {
        gradient.close();
        throw new IllegalStateException(name + " is quantised and takes no gradient");
    }

    @Override
    public Optional<Tensor> gradient() {
        return Optional.empty();
    }

    @Override
    public void clearGradient() {}

    @Override
    public void close() {
        values.close();
    }
}
