package dev.newt.tensor;

import dev.newt.tensor.Engine.DoraGradients;
import dev.newt.tensor.Engine.DoraOutput;
import dev.newt.tensor.Engine.LowRankGradients;
import dev.newt.tensor.Engine.LowRankOutput;
import dev.newt.tensor.Linear.LowRank;
import java.util.List;
import java.util.Optional;

/** The forward and the way back of a linear layer: dense, LoRA or DoRA. */
final class LinearTape {
    private final Engine engine;
    private final boolean training;
    private final long dropoutKey;

    LinearTape(Engine engine, boolean training, long dropoutKey) {
        this.engine = engine;
        this.training = training;
        this.dropoutKey = dropoutKey;
    }

    /**
     * @param kept tensors for the backward
     * @param needsInput whether the backward reads the layer's input
     */
    record Result(Tensor y, List<Tensor> kept, boolean needsInput, Tape.LinearBackward backward) {}

    boolean trains(Linear layer, boolean adapters) {
        return layer.weight().trainable()
                || layer.bias().map(Parameter::trainable).orElse(false)
                || (adapters && layer.adapter().map(a -> a.a().trainable()).orElse(false));
    }

    Result forward(Value x, Linear layer, boolean adapters) {
        if (!adapters || layer.adapter().isEmpty()) {
            return dense(x, layer);
        }
        LowRank adapter = layer.adapter().get();
        if (layer.weight().trainable()) {
            throw new IllegalStateException(layer.weight().name() + ": a trainable weight with an adapter");
        }
        return adapter.magnitude().isPresent() ? dora(x, layer, adapter) : lora(x, layer, adapter);
    }

    private Result dense(Value x, Linear layer) {
        Tensor y;
        try (Parameter.Lease w = layer.weight().lease();
                OptionalLease bias = OptionalLease.of(layer.bias())) {
            y = engine.linear(x.tensor(), w.tensor(), bias.tensor());
        }
        boolean weightGradient = layer.weight().trainable();
        return new Result(y, List.of(), weightGradient, (dOut, inputGradient) -> {
            if (weightGradient) {
                layer.weight().accumulate(engine.linearBackwardWeight(dOut, x.tensor()));
            }
            biasGradient(layer, dOut);
            if (!inputGradient) {
                return Optional.empty();
            }
            try (Parameter.Lease w = layer.weight().lease()) {
                return Optional.of(engine.linearBackwardInput(dOut, w.tensor()));
            }
        });
    }

    private Result lora(Value x, Linear layer, LowRank adapter) {
        Optional<Dropout> dropout = dropout(adapter);
        LowRankOutput output;
        try (Parameter.Lease w = layer.weight().lease();
                Parameter.Lease a = adapter.a().lease();
                Parameter.Lease b = adapter.b().lease();
                OptionalLease bias = OptionalLease.of(layer.bias())) {
            output = engine.lowRankLinear(
                    x.tensor(), w.tensor(), bias.tensor(), a.tensor(), b.tensor(), adapter.scale(), dropout);
        }
        return new Result(output.y(), List.of(output.down()), true, (dOut, inputGradient) -> {
            LowRankGradients gradients;
            try (Parameter.Lease w = layer.weight().lease();
                    Parameter.Lease a = adapter.a().lease();
                    Parameter.Lease b = adapter.b().lease()) {
                gradients = engine.lowRankLinearBackward(
                        dOut,
                        x.tensor(),
                        w.tensor(),
                        a.tensor(),
                        b.tensor(),
                        adapter.scale(),
                        dropout,
                        output.down(),
                        inputGradient);
            }
            adapter.a().accumulate(gradients.dA());
            adapter.b().accumulate(gradients.dB());
            biasGradient(layer, dOut);
            return gradients.dX();
        });
    }

    private Result dora(Value x, Linear layer, LowRank adapter) {
        Optional<Dropout> dropout = dropout(adapter);
        Parameter magnitude = adapter.magnitude().orElseThrow();
        DoraOutput output;
        Tensor norm;
        try (Parameter.Lease w = layer.weight().lease();
                Parameter.Lease a = adapter.a().lease();
                Parameter.Lease b = adapter.b().lease();
                Parameter.Lease m = magnitude.lease();
                OptionalLease bias = OptionalLease.of(layer.bias())) {
            norm = engine.dimensionNorm(w.tensor(), a.tensor(), b.tensor(), adapter.scale());
            output = engine.doraLinear(
                    x.tensor(),
                    w.tensor(),
                    bias.tensor(),
                    a.tensor(),
                    b.tensor(),
                    m.tensor(),
                    norm,
                    adapter.scale(),
                    dropout);
        }
        return new Result(output.y(), List.of(output.down(), norm), true, (dOut, inputGradient) -> {
            DoraGradients gradients;
            try (Parameter.Lease w = layer.weight().lease();
                    Parameter.Lease a = adapter.a().lease();
                    Parameter.Lease b = adapter.b().lease();
                    Parameter.Lease m = magnitude.lease()) {
                gradients = engine.doraLinearBackward(
                        dOut,
                        x.tensor(),
                        w.tensor(),
                        a.tensor(),
                        b.tensor(),
                        m.tensor(),
                        norm,
                        adapter.scale(),
                        dropout,
                        output.down(),
                        inputGradient);
            }
            adapter.a().accumulate(gradients.dA());
            adapter.b().accumulate(gradients.dB());
            magnitude.accumulate(gradients.dMagnitude());
            biasGradient(layer, dOut);
            return gradients.dX();
        });
    }

    private void biasGradient(Linear layer, Tensor dOut) {
        layer.bias().filter(Parameter::trainable).ifPresent(b -> b.accumulate(engine.linearBackwardBias(dOut)));
    }

    private Optional<Dropout> dropout(LowRank adapter) {
        if (!training || adapter.dropout() == 0) {
            return Optional.empty();
        }
        return Optional.of(new Dropout(adapter.dropout(), Keys.mix(dropoutKey, adapter.site())));
    }
}
