package dev.newt.tensor;

import dev.newt.tensor.BackwardOps.LayerNormGradients;
import dev.newt.tensor.BackwardOps.NormGradients;
import dev.newt.tensor.ForwardOps.LayerNormOutput;
import dev.newt.tensor.ForwardOps.NormOutput;
import java.util.Optional;

/** Norms. Their results are computed again on the way back. */
final class NormTape {
    private final Tape tape;

    NormTape(Tape tape) {
        this.tape = tape;
    }

    Value rms(Value x, Parameter weight, double eps) {
        NormOutput output = normed(x, weight, eps);
        Value out = tape.record(
                shaped(output.y(), x.shape()),
                x.requiresGradient() || weight.trainable(),
                Kept.values(x).andTensors(output.inverseRms()),
                dOut -> {
                    NormGradients gradients;
                    try (Parameter.Lease w = weight.lease();
                            Tensor dGroups = groups(dOut, weight);
                            Tensor groups = groups(x.tensor(), weight)) {
                        gradients = tape.engine()
                                .rmsNormBackward(dGroups, groups, w.tensor(), output.inverseRms(), weight.trainable());
                    }
                    gradients.dWeight().ifPresent(weight::accumulate);
                    tape.pass(x, shaped(gradients.dX(), x.shape()));
                });
        return tape.remade(out, () -> {
            NormOutput again = normed(x, weight, eps);
            again.inverseRms().close();
            return shaped(again.y(), x.shape());
        });
    }

    private NormOutput normed(Value x, Parameter weight, double eps) {
        try (Parameter.Lease w = weight.lease();
                Tensor groups = groups(x.tensor(), weight)) {
            return tape.forward().rmsNorm(groups, w.tensor(), eps);
        }
    }

    /** A view of x whose rows are as wide as the weight. */
    private Tensor groups(Tensor x, Parameter weight) {
        long width = weight.shape().dim(0);
        if (x.shape().dim(-1) % width != 0) {
            throw new IllegalArgumentException(
                    weight.name() + " of " + width + " elements cannot norm rows of " + x.shape());
        }
        return tape.memory().reshape(x, Shape.of(x.shape().elements() / width, width));
    }

    /** The tensor in that shape, in its place. */
    private Tensor shaped(Tensor tensor, Shape shape) {
        if (tensor.shape().equals(shape)) {
            return tensor;
        }
        try (tensor) {
            return tape.memory().reshape(tensor, shape);
        }
    }

    Value layer(Value x, Parameter weight, Optional<Parameter> bias, double eps) {
        LayerNormOutput output = normed(x, weight, bias, eps);
        boolean biasTrains = bias.map(Parameter::trainable).orElse(false);
        Value out = tape.record(
                output.y(),
                x.requiresGradient() || weight.trainable() || biasTrains,
                Kept.values(x).andTensors(output.mean(), output.inverseDeviation()),
                dOut -> {
                    LayerNormGradients gradients;
                    try (Parameter.Lease w = weight.lease()) {
                        gradients = tape.engine()
                                .layerNormBackward(
                                        dOut, x.tensor(), w.tensor(), output, weight.trainable(), biasTrains);
                    }
                    gradients.dWeight().ifPresent(weight::accumulate);
                    gradients.dBias().ifPresent(d -> bias.orElseThrow().accumulate(d));
                    tape.pass(x, gradients.dX());
                });
        return tape.remade(out, () -> {
            LayerNormOutput again = normed(x, weight, bias, eps);
            again.mean().close();
            again.inverseDeviation().close();
            return again.y();
        });
    }

    private LayerNormOutput normed(Value x, Parameter weight, Optional<Parameter> bias, double eps) {
        try (Parameter.Lease w = weight.lease();
                OptionalLease b = OptionalLease.of(bias)) {
            return tape.forward().layerNorm(x.tensor(), w.tensor(), b.tensor(), eps);
        }
    }
}
