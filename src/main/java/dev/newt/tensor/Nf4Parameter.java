package dev.newt.tensor;

/** A frozen matrix in 4 bits, made dense for the time of each use. */
public final class Nf4Parameter implements Parameter {
    private final String name;
    private final Engine engine;
    private final Nf4Tensors values;
    private final DType dtype;
    private Tensor dense;
    private int leases;

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

    /** Leases that are open at the same time share one dense matrix. */
    @Override
    public Lease lease() {
        if (leases++ == 0) {
            dense = engine.dequantizeNf4(values, dtype);
        }
        Tensor lent = dense;
        return new Lease() {
            private boolean open = true;

            @Override
            public Tensor tensor() {
                return lent;
            }

            @Override
            public void close() {
                if (open && --leases == 0) {
                    lent.close();
                }
                open = false;
            }
        };
    }

    @Override
    public void close() {
        values.close();
    }
}
