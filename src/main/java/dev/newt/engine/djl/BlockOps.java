package dev.newt.engine.djl;

import dev.newt.engine.djl.TorchMemory.Output;
import dev.newt.tensor.Activation;
import dev.newt.tensor.BackwardOps.GatedGradients;
import dev.newt.tensor.BackwardOps.LayerNormGradients;
import dev.newt.tensor.BackwardOps.NormGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.ForwardOps.LayerNormOutput;
import dev.newt.tensor.ForwardOps.NormOutput;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Norms, rotary embedding and activations, kernels/torch/block.py. */
final class BlockOps {
    private final TorchMemory memory;

    BlockOps(TorchMemory memory) {
        this.memory = memory;
    }

    NormOutput rmsNorm(Tensor x, Tensor weight, double eps) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownWeight = memory.own(weight);
        long width = checkNorm(ownX, ownWeight);
        DType wide = x.dtype().accumulator();
        List<TorchTensor> results = memory.tensors(
                List.of(
                        new Output(x.dtype(), x.shape()),
                        Output.of(wide, x.shape().elements() / width)),
                "rms_norm",
                ownX,
                ownWeight,
                eps,
                wide);
        return new NormOutput(results.get(0), results.get(1));
    }

    NormGradients rmsNormBackward(Tensor dY, Tensor x, Tensor weight, Tensor inverseRms, boolean weightGradient) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownWeight = memory.own(weight);
        TorchTensor ownDy = memory.own(dY);
        TorchTensor inverse = memory.own(inverseRms);
        long width = checkNorm(ownX, ownWeight);
        DType wide = x.dtype().accumulator();
        checkLike("dY", ownDy, ownX);
        Check.dtype("inverseRms", inverse, wide);
        Check.shape("inverseRms", inverse, x.shape().elements() / width);
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output(x.dtype(), x.shape()));
        if (weightGradient) {
            outputs.add(Output.of(wide, width));
        }
        List<TorchTensor> results =
                memory.tensors(outputs, "rms_norm_backward", ownDy, ownX, ownWeight, inverse, weightGradient, wide);
        return new NormGradients(results.get(0), weightGradient ? Optional.of(results.get(1)) : Optional.empty());
    }

    LayerNormOutput layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double eps) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownWeight = memory.own(weight);
        Optional<TorchTensor> ownBias = bias.map(memory::own);
        long width = checkNorm(ownX, ownWeight);
        ownBias.ifPresent(b -> {
            Check.dtype("bias", b, x.dtype());
            Check.shape("bias", b, width);
        });
        DType wide = x.dtype().accumulator();
        Output row = Output.of(wide, x.shape().elements() / width);
        List<TorchTensor> results = memory.tensors(
                List.of(new Output(x.dtype(), x.shape()), row, row), "layer_norm", ownX, ownWeight, ownBias, eps, wide);
        return new LayerNormOutput(results.get(0), results.get(1), results.get(2));
    }

    LayerNormGradients layerNormBackward(
            Tensor dY, Tensor x, Tensor weight, LayerNormOutput kept, boolean weightGradient, boolean biasGradient) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownWeight = memory.own(weight);
        TorchTensor ownDy = memory.own(dY);
        TorchTensor mean = memory.own(kept.mean());
        TorchTensor inverse = memory.own(kept.inverseDeviation());
        long width = checkNorm(ownX, ownWeight);
        DType wide = x.dtype().accumulator();
        checkLike("dY", ownDy, ownX);
        for (TorchTensor statistic : List.of(mean, inverse)) {
            Check.dtype("mean or inverseDeviation", statistic, wide);
            Check.shape("mean or inverseDeviation", statistic, x.shape().elements() / width);
        }
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output(x.dtype(), x.shape()));
        if (weightGradient) {
            outputs.add(Output.of(wide, width));
        }
        if (biasGradient) {
            outputs.add(Output.of(wide, width));
        }
        List<TorchTensor> results = memory.tensors(
                outputs,
                "layer_norm_backward",
                ownDy,
                ownX,
                ownWeight,
                mean,
                inverse,
                weightGradient,
                biasGradient,
                wide);
        return new LayerNormGradients(
                results.get(0),
                weightGradient ? Optional.of(results.get(1)) : Optional.empty(),
                biasGradient ? Optional.of(results.get(results.size() - 1)) : Optional.empty());
    }

    Tensor activation(Tensor x, Activation activation) {
        TorchTensor ownX = memory.own(x);
        Check.computable("x", ownX);
        return memory.tensor(x.dtype(), x.shape(), "activation", ownX, number(activation));
    }

    Tensor activationBackward(Tensor dY, Tensor x, Activation activation) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownDy = memory.own(dY);
        Check.computable("x", ownX);
        checkLike("dY", ownDy, ownX);
        return memory.tensor(x.dtype(), x.shape(), "activation_backward", ownDy, ownX, number(activation));
    }

    Tensor rotary(Tensor x, Tensor cos, Tensor sin, int headDim, boolean backward) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownCos = memory.own(cos);
        TorchTensor ownSin = memory.own(sin);
        Check.computable("x", ownX);
        Check.rank("x", ownX, 2);
        Check.that(headDim > 0 && x.shape().dim(1) % headDim == 0, "heads of " + headDim + " do not divide " + ownX);
        Check.rank("cos", ownCos, 2);
        long half = cos.shape().dim(1);
        Check.that(2 * half <= headDim, "cos is " + ownCos + ", wider than half a head of " + headDim);
        Check.shape("cos", ownCos, x.shape().dim(0), half);
        Check.shape("sin", ownSin, x.shape().dim(0), half);
        Check.dtype("cos", ownCos, x.dtype().accumulator());
        Check.dtype("sin", ownSin, x.dtype().accumulator());
        return memory.tensor(x.dtype(), x.shape(), "rotary", ownX, ownCos, ownSin, headDim, backward ? -1.0 : 1.0);
    }

    Tensor gated(Tensor gate, Tensor up, Activation activation) {
        TorchTensor ownGate = memory.own(gate);
        TorchTensor ownUp = memory.own(up);
        Check.computable("gate", ownGate);
        checkLike("up", ownUp, ownGate);
        return memory.tensor(gate.dtype(), gate.shape(), "gated_activation", ownGate, ownUp, number(activation));
    }

    GatedGradients gatedBackward(Tensor dY, Tensor gate, Tensor up, Activation activation) {
        TorchTensor ownDy = memory.own(dY);
        TorchTensor ownGate = memory.own(gate);
        TorchTensor ownUp = memory.own(up);
        Check.computable("gate", ownGate);
        checkLike("up", ownUp, ownGate);
        checkLike("dY", ownDy, ownGate);
        Output like = new Output(gate.dtype(), gate.shape());
        List<TorchTensor> results = memory.tensors(
                List.of(like, like), "gated_activation_backward", ownDy, ownGate, ownUp, number(activation));
        return new GatedGradients(results.get(0), results.get(1));
    }

    private static int number(Activation activation) {
        return switch (activation) {
            case SILU -> 0;
            case GELU -> 1;
            case GELU_TANH -> 2;
        };
    }

    private static long checkNorm(TorchTensor x, TorchTensor weight) {
        Check.computable("x", x);
        Check.that(x.shape().rank() > 0, "x is a scalar");
        long width = x.shape().dim(-1);
        Check.that(width > 0, "x is " + x + ", of no width");
        Check.dtype("weight", weight, x.dtype());
        Check.shape("weight", weight, width);
        return width;
    }

    private static void checkLike(String name, TorchTensor tensor, TorchTensor like) {
        Check.dtype(name, tensor, like.dtype());
        Check.that(tensor.shape().equals(like.shape()), name + " is " + tensor + ", not " + like);
    }
}
