package dev.newt.tensor;

import dev.newt.tensor.BackwardOps.DoraGradients;
import dev.newt.tensor.BackwardOps.LowRankGradients;
import dev.newt.tensor.ForwardOps.LowRankOutput;
import dev.newt.tensor.Linear.LowRank;
import java.util.Optional;

/** A linear layer: dense, LoRA or DoRA. */
final class LinearTape {
    private final Tape tape;
    private final long dropoutKey;

    LinearTape(Tape tape, long dropoutKey) {
        this.tape = tape;
        this.dropoutKey = dropoutKey;
    }

    Value linear(Value x, Linear layer, boolean adapters) {
        if (!adapters || layer.adapter().isEmpty()) {
            return dense(x, layer);
        }
        LowRank adapter = layer.adapter().get();
        if (layer.weight().trainable()) {
            throw new IllegalStateException(layer.weight().name() + ": a trainable weight with an adapter");
        }
        boolean gradient = x.requiresGradient()
                || layer.bias().map(Parameter::trainable).orElse(false)
                || adapter.a().trainable();
        return adapter.magnitude().isPresent() ? dora(x, layer, adapter, gradient) : lora(x, layer, adapter, gradient);
    }

    private Value dense(Value x, Linear layer) {
        Tensor y;
        try (Parameter.Lease w = layer.weight().lease();
                OptionalLease bias = OptionalLease.of(layer.bias())) {
            y = tape.forward().linear(x.tensor(), w.tensor(), bias.tensor());
        }
        boolean weightGradient = layer.weight().trainable();
        boolean gradient = x.requiresGradient()
                || weightGradient
                || layer.bias().map(Parameter::trainable).orElse(false);
        Kept kept = weightGradient ? Kept.values(x) : Kept.NOTHING;
        return tape.record(y, gradient, kept, dOut -> {
            if (weightGradient) {
                layer.weight().accumulate(tape.engine().linearBackwardWeight(dOut, x.tensor()));
            }
            biasGradient(layer, dOut);
            if (x.requiresGradient()) {
                Tensor dX;
                try (Parameter.Lease w = layer.weight().lease()) {
                    dX = tape.engine().linearBackwardInput(dOut, w.tensor());
                }
                tape.pass(x, dX);
            }
        });
    }

    private Value lora(Value x, Linear layer, LowRank adapter, boolean gradient) {
        LowRankOutput output;
        try (Parameter.Lease w = layer.weight().lease();
                AdapterLease a = AdapterLease.of(adapter, dropout(adapter));
                OptionalLease bias = OptionalLease.of(layer.bias())) {
            output = tape.forward().lowRankLinear(x.tensor(), w.tensor(), bias.tensor(), a.tensors());
        }
        return tape.record(output.y(), gradient, Kept.values(x).andTensors(output.down()), dOut -> {
            LowRankGradients gradients;
            try (Parameter.Lease w = layer.weight().lease();
                    AdapterLease a = AdapterLease.of(adapter, dropout(adapter))) {
                gradients = tape.engine()
                        .lowRankLinearBackward(
                                dOut, x.tensor(), w.tensor(), a.tensors(), output.down(), x.requiresGradient());
            }
            adapter.a().accumulate(gradients.dA());
            adapter.b().accumulate(gradients.dB());
            biasGradient(layer, dOut);
            gradients.dX().ifPresent(dX -> tape.pass(x, dX));
        });
    }

    private Value dora(Value x, Linear layer, LowRank adapter, boolean gradient) {
        Parameter magnitude = adapter.magnitude().orElseThrow();
        LowRankOutput output;
        Tensor norm;
        try (Parameter.Lease w = layer.weight().lease();
                AdapterLease a = AdapterLease.of(adapter, dropout(adapter));
                Parameter.Lease m = magnitude.lease();
                OptionalLease bias = OptionalLease.of(layer.bias())) {
            LowRankTensors low = a.tensors();
            norm = tape.forward().dimensionNorm(w.tensor(), low.a(), low.b(), low.scale());
            DoraTensors tensors = new DoraTensors(low, m.tensor(), norm);
            output = tape.forward().doraLinear(x.tensor(), w.tensor(), bias.tensor(), tensors);
        }
        return tape.record(output.y(), gradient, Kept.values(x).andTensors(output.down(), norm), dOut -> {
            DoraGradients gradients;
            try (Parameter.Lease w = layer.weight().lease();
                    AdapterLease a = AdapterLease.of(adapter, dropout(adapter));
                    Parameter.Lease m = magnitude.lease()) {
                DoraTensors tensors = new DoraTensors(a.tensors(), m.tensor(), norm);
                gradients = tape.engine()
                        .doraLinearBackward(dOut, x.tensor(), w.tensor(), tensors, output.down(), x.requiresGradient());
            }
            adapter.a().accumulate(gradients.dA());
            adapter.b().accumulate(gradients.dB());
            magnitude.accumulate(gradients.dMagnitude());
            biasGradient(layer, dOut);
            gradients.dX().ifPresent(dX -> tape.pass(x, dX));
        });
    }

    private void biasGradient(Linear layer, Tensor dOut) {
        layer.bias()
                .filter(Parameter::trainable)
                .ifPresent(b -> b.accumulate(tape.engine().linearBackwardBias(dOut)));
    }

    private Optional<Dropout> dropout(LowRank adapter) {
        if (!tape.training() || adapter.dropout() == 0) {
            return Optional.empty();
        }
        return Optional.of(new Dropout(adapter.dropout(), Keys.mix(dropoutKey, adapter.site())));
    }

    /** Both matrices of an adapter on loan. */
    private record AdapterLease(Parameter.Lease a, Parameter.Lease b, double scale, Optional<Dropout> dropout)
            implements AutoCloseable {
        static AdapterLease of(LowRank adapter, Optional<Dropout> dropout) {
            return new AdapterLease(adapter.a().lease(), adapter.b().lease(), adapter.scale(), dropout);
        }

        LowRankTensors tensors() {
            return new LowRankTensors(a.tensor(), b.tensor(), scale, dropout);
        }

        @Override
        public void close() {
            b.close();
            a.close();
        }
    }
}
