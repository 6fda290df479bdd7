package dev.newt.tensor;

import java.util.Optional;

/** The lease of a parameter that may be absent, such as a bias. */
record OptionalLease(Optional<Parameter.Lease> lease) implements AutoCloseable {
    static OptionalLease of(Optional<Parameter> parameter) {
        return new OptionalLease(parameter.map(Parameter::lease));
    }

    Optional<Tensor> tensor() {
        return lease.map(Parameter.Lease::tensor);
    }

    @Override
    public void close() {
        lease.ifPresent(Parameter.Lease::close);
    }
}
