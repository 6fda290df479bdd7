package dev.newt.engine.djl;

import dev.newt.engine.djl.TorchMemory.Output;
import dev.newt.tensor.BackwardOps.CombineGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.ForwardOps.RouteOutput;
import dev.newt.tensor.RoutingSpec;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Mixture of experts, kernels/torch/experts.py. */
final class ExpertOps {
    private final TorchMemory memory;

    ExpertOps(TorchMemory memory) {
        this.memory = memory;
    }

    RouteOutput route(Tensor logits, RoutingSpec spec) {
        TorchTensor own = memory.own(logits);
        Check.computable("logits", own);
        Check.rank("logits", own, 2);
        long tokens = logits.shape().dim(0);
        long experts = logits.shape().dim(1);
        Check.that(spec.topK() <= experts, spec.topK() + " of " + experts + " experts");
        DType wide = logits.dtype().accumulator();
        List<TorchTensor> results = memory.tensors(
                List.of(
                        Output.of(wide, tokens, spec.topK()),
                        Output.of(DType.I64, tokens, spec.topK()),
                        Output.of(wide, tokens, experts),
                        Output.of(wide, experts)),
                "route",
                own,
                spec.topK(),
                spec.renormalise(),
                wide);
        return new RouteOutput(results.get(0), results.get(1), results.get(2), results.get(3));
    }

    Tensor routeBackward(
            Tensor dWeights, RouteOutput kept, Optional<Tensor> dProbabilities, RoutingSpec spec, DType type) {
        TorchTensor ownDWeights = memory.own(dWeights);
        TorchTensor weights = memory.own(kept.weights());
        TorchTensor experts = memory.own(kept.experts());
        TorchTensor probabilities = memory.own(kept.probabilities());
        Optional<TorchTensor> ownDProbabilities = dProbabilities.map(memory::own);
        Check.rank("probabilities", probabilities, 2);
        DType wide = type.accumulator();
        long tokens = probabilities.shape().dim(0);
        long count = probabilities.shape().dim(1);
        Check.dtype("probabilities", probabilities, wide);
        for (TorchTensor chosen : List.of(ownDWeights, weights)) {
            Check.dtype("weights", chosen, wide);
            Check.shape("weights", chosen, tokens, spec.topK());
        }
        Check.shape("experts", experts, tokens, spec.topK());
        memory.checkIndices("experts", experts, count);
        ownDProbabilities.ifPresent(d -> {
            Check.dtype("dProbabilities", d, wide);
            Check.shape("dProbabilities", d, count);
        });
        return memory.tensor(
                type,
                probabilities.shape(),
                "route_backward",
                ownDWeights,
                weights,
                experts,
                probabilities,
                ownDProbabilities,
                spec.renormalise(),
                type);
    }

    Tensor gatherRows(Tensor x, Tensor rows) {
        TorchTensor ownX = memory.own(x);
        TorchTensor ownRows = memory.own(rows);
        Check.floating("x", ownX);
        Check.rank("x", ownX, 2);
        Check.rank("rows", ownRows, 1);
        memory.checkIndices("rows", ownRows, x.shape().dim(0));
        Shape shape = Shape.of(rows.shape().dim(0), x.shape().dim(1));
        return memory.tensor(x.dtype(), shape, "gather_rows", ownX, ownRows);
    }

    Tensor combine(List<Tensor> parts, Tensor places, Optional<Tensor> weights) {
        List<TorchTensor> ownParts = parts(parts);
        TorchTensor ownPlaces = memory.own(places);
        Optional<TorchTensor> ownWeights = weights.map(memory::own);
        DType type = ownParts.get(0).dtype();
        checkPlaces(ownPlaces, ownParts);
        ownWeights.ifPresent(w -> checkWeights(w, ownPlaces, type));
        Shape shape = Shape.of(places.shape().dim(0), ownParts.get(0).shape().dim(1));
        return memory.tensor(type, shape, "combine", ownParts, ownPlaces, ownWeights, type.accumulator());
    }

    CombineGradients combineBackward(Tensor dOut, List<Tensor> parts, Tensor tokens, Tensor places, Tensor weights) {
        List<TorchTensor> ownParts = parts(parts);
        TorchTensor ownDOut = memory.own(dOut);
        TorchTensor ownTokens = memory.own(tokens);
        TorchTensor ownPlaces = memory.own(places);
        TorchTensor ownWeights = memory.own(weights);
        DType type = ownParts.get(0).dtype();
        checkPlaces(ownPlaces, ownParts);
        checkWeights(ownWeights, ownPlaces, type);
        Check.dtype("dOut", ownDOut, type);
        Check.shape(
                "dOut", ownDOut, places.shape().dim(0), ownParts.get(0).shape().dim(1));
        Check.shape("tokens", ownTokens, places.shape().elements());
        memory.checkIndices("tokens", ownTokens, places.shape().dim(0));
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output(weights.dtype(), weights.shape()));
        ownParts.forEach(part -> outputs.add(new Output(part.dtype(), part.shape())));
        List<TorchTensor> results = memory.tensors(
                outputs, "combine_backward", ownDOut, ownParts, ownTokens, ownPlaces, ownWeights, type.accumulator());
        return new CombineGradients(results.get(0), List.copyOf(results.subList(1, results.size())));
    }

    private List<TorchTensor> parts(List<Tensor> parts) {
        Check.that(!parts.isEmpty(), "no expert's rows");
        List<TorchTensor> own = memory.own(parts);
        TorchTensor first = own.get(0);
        Check.computable("a part", first);
        for (TorchTensor part : own) {
            Check.dtype("a part", part, first.dtype());
            Check.rank("a part", part, 2);
            Check.shape("a part", part, part.shape().dim(0), first.shape().dim(1));
        }
        return own;
    }

    private void checkPlaces(TorchTensor places, List<TorchTensor> parts) {
        long rows = parts.stream().mapToLong(part -> part.shape().dim(0)).sum();
        Check.rank("places", places, 2);
        Check.that(places.shape().elements() == rows, "places are " + places + " of " + rows + " rows");
        memory.checkIndices("places", places, rows);
    }

    private static void checkWeights(TorchTensor weights, TorchTensor places, DType type) {
        Check.dtype("weights", weights, type.accumulator());
        Check.that(weights.shape().equals(places.shape()), "weights are " + weights + ", not like " + places);
    }
}
