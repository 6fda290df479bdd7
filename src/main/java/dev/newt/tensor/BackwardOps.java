package dev.newt.tensor;

import dev.newt.tensor.ForwardOps.AttentionOutput;
import dev.newt.tensor.ForwardOps.LayerNormOutput;
import dev.newt.tensor.ForwardOps.RouteOutput;
import java.util.List;
import java.util.Optional;

/**
 * The way back of each operation of {@link ForwardOps}, named after it: from the gradient of what it gave to those of what it was given.
 * Gradients of parameters are in the accumulator type.
 */
public interface BackwardOps {
    // Sums of gradients

    /** {@code target += source}, converted to the target's type. */
    void addInto(Tensor source, Tensor target);

    /** Adds {@code source} [T, groups * length] to those columns of {@code target} [T, groups * width] that {@link ForwardOps#slice} takes. */
    void addToSlice(Tensor source, Tensor target, int groups, int start);

    /** Adds {@code source} to the rows of {@code target} from {@code start} on. */
    void addToRows(Tensor source, Tensor target, long start);

    // Elementwise

    Tensor activationBackward(Tensor dY, Tensor x, Activation activation);

    GatedGradients gatedActivationBackward(Tensor dY, Tensor gate, Tensor up, Activation activation);

    // Rows

    /** The table's gradient, [vocab, hidden] in the accumulator type. */
    Tensor embeddingBackward(Tensor dOut, Tensor ids, long vocabulary);

    // Linear

    /** The gradient of x: {@code dY W}. */
    Tensor linearBackwardInput(Tensor dY, Tensor weight);

    /** The gradient of the weight, {@code dY^T x}, [out, in] in x's type. */
    Tensor linearBackwardWeight(Tensor dY, Tensor x);

    /** The gradient of the bias: dY summed over the tokens, in the accumulator type. */
    Tensor linearBackwardBias(Tensor dY);

    /** From dY [T, out], the input x and the kept {@code down}. {@code dX} is left out when not wanted. */
    LowRankGradients lowRankLinearBackward(
            Tensor dY, Tensor x, Tensor weight, LowRankTensors adapter, Tensor down, boolean inputGradient);

    DoraGradients doraLinearBackward(
            Tensor dY, Tensor x, Tensor weight, DoraTensors adapter, Tensor down, boolean inputGradient);

    // Norm, rotary

    /** The weight's gradient is in the accumulator type, present when wanted. */
    NormGradients rmsNormBackward(Tensor dY, Tensor x, Tensor weight, Tensor inverseRms, boolean weightGradient);

    /** The gradients of weight and bias are in the accumulator type, present when wanted. */
    LayerNormGradients layerNormBackward(
            Tensor dY, Tensor x, Tensor weight, LayerNormOutput kept, boolean weightGradient, boolean biasGradient);

    Tensor rotaryBackward(Tensor dY, Tensor cos, Tensor sin, int headDim);

    // Experts

    /**
     * The gradient of the logits, in {@code type}.
     *
     * @param dWeights [T, topK]
     * @param dProbabilities [experts], added to the gradient of each token's probabilities
     */
    Tensor routeBackward(
            Tensor dWeights, RouteOutput kept, Optional<Tensor> dProbabilities, RoutingSpec spec, DType type);

    /** @param tokens I64 [T * k]: the token of each row, the inverse of {@code places} */
    CombineGradients combineBackward(Tensor dOut, List<Tensor> parts, Tensor tokens, Tensor places, Tensor weights);

    // Attention

    AttentionGradients attentionBackward(
            Tensor dOut, Tensor q, Tensor k, Tensor v, AttentionOutput kept, Segments segments, AttentionSpec spec);

    // Head

    /**
     * The log-probabilities and, in the same pass over the logits, the gradients of {@code sum(dLogProbs * logProbs)}.
     *
     * @param dLogProbs [N] F32 (F64 for F64)
     */
    HeadOutput tokenLogProbsAndGradients(
            Tensor hidden,
            Tensor weight,
            Tensor positions,
            Tensor targets,
            Tensor dLogProbs,
            boolean hiddenGradient,
            boolean weightGradient);

    // Results

    /** The adapter's gradients are in the accumulator type. */
    record LowRankGradients(Optional<Tensor> dX, Tensor dA, Tensor dB) {}

    record DoraGradients(Optional<Tensor> dX, Tensor dA, Tensor dB, Tensor dMagnitude) {}

    record NormGradients(Tensor dX, Optional<Tensor> dWeight) {}

    record LayerNormGradients(Tensor dX, Optional<Tensor> dWeight, Optional<Tensor> dBias) {}

    record CombineGradients(Tensor dWeights, List<Tensor> dParts) {}

    record GatedGradients(Tensor dGate, Tensor dUp) {}

    record AttentionGradients(Tensor dQ, Tensor dK, Tensor dV) {}

    /** @param dWeight [vocab, hidden] in the accumulator type */
    record HeadOutput(Tensor logProbs, Optional<Tensor> dHidden, Optional<Tensor> dWeight) {}
}
