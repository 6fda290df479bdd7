package dev.newt.engine.djl;

import dev.newt.engine.djl.TorchMemory.Output;
import dev.newt.tensor.BackwardOps.DoraGradients;
import dev.newt.tensor.BackwardOps.LowRankGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.DoraTensors;
import dev.newt.tensor.Dropout;
import dev.newt.tensor.ForwardOps.LowRankOutput;
import dev.newt.tensor.LowRankTensors;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Linear layers, kernels/torch/linear.py. */
final class LinearOps {
    /** Elements of a weight that exist at once in the accumulator type. */
    private static final long BLOCK_ELEMENTS = 1 << 22;

    private final TorchMemory memory;

    LinearOps(TorchMemory memory) {
        this.memory = memory;
    }

    /** The tensors of a low-rank layer, checked. */
    private record Layer(
            TorchTensor x, TorchTensor weight, Optional<TorchTensor> bias, TorchTensor a, TorchTensor b, DType dtype) {
        long tokens() {
            return x.shape().dim(0);
        }

        long in() {
            return x.shape().dim(1);
        }

        long out() {
            return weight.shape().dim(0);
        }

        long rank() {
            return a.shape().dim(0);
        }
    }

    Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownWeight = memory.own(weight);
        Optional<TorchTensor> ownBias = bias.map(memory::own);
        checkLinear(ownX, ownWeight, ownBias);
        Shape shape = Shape.of(x.shape().dim(0), weight.shape().dim(0));
        return memory.tensor(x.dtype(), shape, "linear", ownX, ownWeight, ownBias);
    }

    Tensor backwardInput(Tensor dY, Tensor weight) {
        TorchTensor ownDy = matrix("dY", dY);
        TorchTensor ownWeight = matrix("weight", weight);
        Check.dtype("weight", ownWeight, dY.dtype());
        Check.shape("dY", ownDy, dY.shape().dim(0), weight.shape().dim(0));
        Shape shape = Shape.of(dY.shape().dim(0), weight.shape().dim(1));
        return memory.tensor(dY.dtype(), shape, "linear_backward_input", ownDy, ownWeight);
    }

    Tensor backwardWeight(Tensor dY, Tensor x) {
        TorchTensor ownDy = matrix("dY", dY);
        TorchTensor ownX = matrix("x", x);
        Check.dtype("dY", ownDy, x.dtype());
        Check.shape("dY", ownDy, x.shape().dim(0), dY.shape().dim(1));
        Shape shape = Shape.of(dY.shape().dim(1), x.shape().dim(1));
        return memory.tensor(x.dtype(), shape, "linear_backward_weight", ownDy, ownX);
    }

    Tensor backwardBias(Tensor dY) {
        TorchTensor ownDy = matrix("dY", dY);
        DType wide = dY.dtype().accumulator();
        return memory.tensor(wide, Shape.of(dY.shape().dim(1)), "linear_backward_bias", ownDy, wide);
    }

    LowRankOutput lowRank(Tensor x, Tensor weight, Optional<Tensor> bias, LowRankTensors adapter) {
        Layer layer = layer(x, weight, bias, adapter);
        List<TorchTensor> results = withMask(
                layer,
                adapter.dropout(),
                mask -> memory.tensors(
                        List.of(
                                Output.of(layer.dtype(), layer.tokens(), layer.out()),
                                Output.of(layer.dtype(), layer.tokens(), layer.rank())),
                        "low_rank_linear",
                        layer.x(),
                        layer.weight(),
                        layer.bias(),
                        layer.a(),
                        layer.b(),
                        adapter.scale(),
                        mask,
                        DropoutMask.inverseKeep(adapter.dropout())));
        return new LowRankOutput(results.get(0), results.get(1));
    }

    LowRankGradients lowRankBackward(
            Tensor dY, Tensor x, Tensor weight, LowRankTensors adapter, Tensor down, boolean inputGradient) {
        Layer layer = layer(x, weight, Optional.empty(), adapter);
        TorchTensor ownDy = gradient(dY, layer);
        TorchTensor ownDown = down(down, layer);
        DType wide = layer.dtype().accumulator();
        List<Output> outputs = adapterGradients(layer);
        if (inputGradient) {
            outputs.add(Output.of(layer.dtype(), layer.tokens(), layer.in()));
        }
        List<TorchTensor> results = withMask(
                layer,
                adapter.dropout(),
                mask -> memory.tensors(
                        outputs,
                        "low_rank_linear_backward",
                        ownDy,
                        layer.x(),
                        layer.weight(),
                        layer.a(),
                        layer.b(),
                        adapter.scale(),
                        mask,
                        DropoutMask.inverseKeep(adapter.dropout()),
                        ownDown,
                        inputGradient,
                        wide));
        return new LowRankGradients(
                inputGradient ? Optional.of(results.get(2)) : Optional.empty(), results.get(0), results.get(1));
    }

    LowRankOutput dora(Tensor x, Tensor weight, Optional<Tensor> bias, DoraTensors dora) {
        LowRankTensors adapter = dora.lowRank();
        Layer layer = layer(x, weight, bias, adapter);
        TorchTensor ownMagnitude = magnitude(dora.magnitude(), layer);
        TorchTensor ownNorm = norm(dora.norm(), layer);
        List<TorchTensor> results = withMask(
                layer,
                adapter.dropout(),
                mask -> memory.tensors(
                        List.of(
                                Output.of(layer.dtype(), layer.tokens(), layer.out()),
                                Output.of(layer.dtype(), layer.tokens(), layer.rank())),
                        "dora_linear",
                        layer.x(),
                        layer.weight(),
                        layer.bias(),
                        layer.a(),
                        layer.b(),
                        ownMagnitude,
                        ownNorm,
                        adapter.scale(),
                        mask,
                        DropoutMask.inverseKeep(adapter.dropout())));
        return new LowRankOutput(results.get(0), results.get(1));
    }

    DoraGradients doraBackward(
            Tensor dY, Tensor x, Tensor weight, DoraTensors dora, Tensor down, boolean inputGradient) {
        LowRankTensors adapter = dora.lowRank();
        Layer layer = layer(x, weight, Optional.empty(), adapter);
        TorchTensor ownDy = gradient(dY, layer);
        TorchTensor ownDown = down(down, layer);
        TorchTensor ownMagnitude = magnitude(dora.magnitude(), layer);
        TorchTensor ownNorm = norm(dora.norm(), layer);
        DType wide = layer.dtype().accumulator();
        List<Output> outputs = adapterGradients(layer);
        outputs.add(Output.of(wide, layer.out()));
        if (inputGradient) {
            outputs.add(Output.of(layer.dtype(), layer.tokens(), layer.in()));
        }
        List<TorchTensor> results = withMask(
                layer,
                adapter.dropout(),
                mask -> memory.tensors(
                        outputs,
                        "dora_linear_backward",
                        ownDy,
                        layer.x(),
                        layer.weight(),
                        layer.a(),
                        layer.b(),
                        ownMagnitude,
                        ownNorm,
                        adapter.scale(),
                        mask,
                        DropoutMask.inverseKeep(adapter.dropout()),
                        ownDown,
                        inputGradient,
                        wide));
        return new DoraGradients(
                inputGradient ? Optional.of(results.get(3)) : Optional.empty(),
                results.get(0),
                results.get(1),
                results.get(2));
    }

    Tensor dimensionNorm(Tensor weight, Tensor a, Tensor b, double scale) {
        TorchTensor ownWeight = matrix("weight", weight);
        TorchTensor ownA = matrix("a", a);
        TorchTensor ownB = matrix("b", b);
        checkRank(ownWeight, ownA, ownB);
        DType wide = weight.dtype().accumulator();
        return memory.tensor(
                wide,
                Shape.of(weight.shape().dim(0)),
                "dimension_norm",
                ownWeight,
                ownA,
                ownB,
                scale,
                rowsAtOnce(ownWeight),
                wide);
    }

    Tensor merge(Tensor weight, Tensor a, Tensor b, double scale, Optional<Tensor> magnitude) {
        TorchTensor ownWeight = memory.own(weight);
        TorchTensor ownA = memory.own(a);
        TorchTensor ownB = memory.own(b);
        Check.rank("weight", ownWeight, 2);
        Check.floating("weight", ownWeight);
        checkRank(ownWeight, ownA, ownB);
        Optional<TorchTensor> ownMagnitude = magnitude.map(memory::own);
        ownMagnitude.ifPresent(m -> {
            Check.shape("magnitude", m, weight.shape().dim(0));
            Check.floating("magnitude", m);
        });
        return memory.tensor(
                weight.dtype(),
                weight.shape(),
                "merge_low_rank",
                ownWeight,
                ownA,
                ownB,
                scale,
                ownMagnitude,
                rowsAtOnce(ownWeight),
                weight.dtype().accumulator());
    }

    private interface MaskedCall {
        List<TorchTensor> with(Optional<TorchTensor> mask);
    }

    private List<TorchTensor> withMask(Layer layer, Optional<Dropout> dropout, MaskedCall call) {
        Optional<TorchTensor> mask = DropoutMask.of(dropout, layer.x().shape(), memory);
        try {
            return call.with(mask);
        } finally {
            mask.ifPresent(TorchTensor::close);
        }
    }

    private static List<Output> adapterGradients(Layer layer) {
        DType wide = layer.dtype().accumulator();
        List<Output> outputs = new ArrayList<>();
        outputs.add(Output.of(wide, layer.rank(), layer.in()));
        outputs.add(Output.of(wide, layer.out(), layer.rank()));
        return outputs;
    }

    private static long rowsAtOnce(TorchTensor weight) {
        return Math.max(1, BLOCK_ELEMENTS / Math.max(1, weight.shape().dim(1)));
    }

    private TorchTensor matrix(String name, Tensor tensor) {
        TorchTensor own = memory.own(tensor);
        Check.computable(name, own);
        Check.rank(name, own, 2);
        return own;
    }

    private Layer layer(Tensor x, Tensor weight, Optional<Tensor> bias, LowRankTensors adapter) {
        Layer layer = new Layer(
                memory.own(x),
                memory.own(weight),
                bias.map(memory::own),
                memory.own(adapter.a()),
                memory.own(adapter.b()),
                x.dtype());
        checkLinear(layer.x(), layer.weight(), layer.bias());
        checkRank(layer.weight(), layer.a(), layer.b());
        Check.dtype("a", layer.a(), x.dtype());
        Check.dtype("b", layer.b(), x.dtype());
        return layer;
    }

    private TorchTensor gradient(Tensor dY, Layer layer) {
        TorchTensor own = memory.own(dY);
        Check.dtype("dY", own, layer.dtype());
        Check.shape("dY", own, layer.tokens(), layer.out());
        return own;
    }

    private TorchTensor down(Tensor down, Layer layer) {
        TorchTensor own = memory.own(down);
        Check.dtype("down", own, layer.dtype());
        Check.shape("down", own, layer.tokens(), layer.rank());
        return own;
    }

    private TorchTensor magnitude(Tensor magnitude, Layer layer) {
        TorchTensor own = memory.own(magnitude);
        Check.computable("magnitude", own);
        Check.shape("magnitude", own, layer.out());
        return own;
    }

    private TorchTensor norm(Tensor norm, Layer layer) {
        TorchTensor own = memory.own(norm);
        Check.dtype("norm", own, layer.dtype().accumulator());
        Check.shape("norm", own, layer.out());
        return own;
    }

    private static void checkLinear(TorchTensor x, TorchTensor weight, Optional<TorchTensor> bias) {
        Check.computable("x", x);
        Check.rank("x", x, 2);
        Check.rank("weight", weight, 2);
        Check.dtype("weight", weight, x.dtype());
        Check.shape("weight", weight, weight.shape().dim(0), x.shape().dim(1));
        bias.ifPresent(b -> {
            Check.dtype("bias", b, x.dtype());
            Check.shape("bias", b, weight.shape().dim(0));
        });
    }

    private static void checkRank(TorchTensor weight, TorchTensor a, TorchTensor b) {
        Check.floating("a", a);
        Check.floating("b", b);
        Check.rank("a", a, 2);
        Check.shape("a", a, a.shape().dim(0), weight.shape().dim(1));
        Check.shape("b", b, weight.shape().dim(0), a.shape().dim(0));
    }
}
