package dev.newt.engine.djl;

import dev.newt.engine.djl.TorchMemory.Output;
import dev.newt.tensor.BackwardOps.HeadOutput;
import dev.newt.tensor.DType;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The output head, kernels/torch/head.py. */
final class HeadOps {
    /** Logits that exist at once. */
    private static final long CHUNK_ELEMENTS = 1 << 22;

    private final TorchMemory memory;

    HeadOps(TorchMemory memory) {
        this.memory = memory;
    }

    Tensor logProbs(Tensor hidden, Tensor weight, Tensor positions, Tensor targets) {
        TorchTensor ownHidden = memory.own(hidden);
        TorchTensor ownWeight = memory.own(weight);
        TorchTensor ownPositions = memory.own(positions);
        TorchTensor ownTargets = memory.own(targets);
        check(ownHidden, ownWeight, ownPositions, ownTargets);
        DType wide = hidden.dtype().accumulator();
        return memory.tensor(
                wide,
                positions.shape(),
                "token_log_probs",
                ownHidden,
                ownWeight,
                ownPositions,
                ownTargets,
                chunk(weight),
                wide);
    }

    HeadOutput logProbsAndGradients(
            Tensor hidden,
            Tensor weight,
            Tensor positions,
            Tensor targets,
            Tensor dLogProbs,
            boolean hiddenGradient,
            boolean weightGradient) {
        TorchTensor ownHidden = memory.own(hidden);
        TorchTensor ownWeight = memory.own(weight);
        TorchTensor ownPositions = memory.own(positions);
        TorchTensor ownTargets = memory.own(targets);
        TorchTensor ownDLogProbs = memory.own(dLogProbs);
        check(ownHidden, ownWeight, ownPositions, ownTargets);
        DType wide = hidden.dtype().accumulator();
        Check.dtype("dLogProbs", ownDLogProbs, wide);
        Check.shape("dLogProbs", ownDLogProbs, positions.shape().dim(0));
        List<Output> outputs = new ArrayList<>();
        outputs.add(new Output(wide, positions.shape()));
        if (hiddenGradient) {
            outputs.add(new Output(hidden.dtype(), hidden.shape()));
        }
        if (weightGradient) {
            outputs.add(new Output(wide, weight.shape()));
        }
        List<TorchTensor> results = memory.tensors(
                outputs,
                "token_log_probs_and_gradients",
                ownHidden,
                ownWeight,
                ownPositions,
                ownTargets,
                ownDLogProbs,
                hiddenGradient,
                weightGradient,
                chunk(weight),
                wide);
        return new HeadOutput(
                results.get(0),
                hiddenGradient ? Optional.of(results.get(1)) : Optional.empty(),
                weightGradient ? Optional.of(results.get(results.size() - 1)) : Optional.empty());
    }

    private static long chunk(Tensor weight) {
        return Math.max(1, CHUNK_ELEMENTS / weight.shape().dim(0));
    }

    private void check(TorchTensor hidden, TorchTensor weight, TorchTensor positions, TorchTensor targets) {
        Check.computable("hidden", hidden);
        Check.rank("hidden", hidden, 2);
        Check.rank("weight", weight, 2);
        Check.dtype("weight", weight, hidden.dtype());
        Check.shape("weight", weight, weight.shape().dim(0), hidden.shape().dim(1));
        Check.that(weight.shape().elements() > 0, "weight is " + weight);
        Check.rank("positions", positions, 1);
        Check.shape("targets", targets, positions.shape().dim(0));
        memory.checkIndices("positions", positions, hidden.shape().dim(0));
        memory.checkIndices("targets", targets, weight.shape().dim(0));
    }
}
