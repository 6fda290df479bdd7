package dev.newt.tensor;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * One device's arithmetic. Operations are coarse and fused, each with its own backward; none records anything. Tensors given in stay the
 * caller's, tensors given out become the caller's, and all are contiguous. T is the number of tokens of a flat row. An engine is used by one
 * thread at a time.
 */
public interface Engine extends AutoCloseable {
    /** For people: library, version, device, threads. */
    String description();

    /** Bytes of all tensors that are open now. Memory that {@link #map} shares with a file does not count. */
    long allocatedBytes();

    /** The largest {@link #allocatedBytes} seen. */
    long peakBytes();

    @Override
    void close();

    // Memory

    Tensor zeros(DType dtype, Shape shape);

    /** A tensor with the little-endian elements from the buffer's position on, copied. */
    Tensor upload(ByteBuffer elements, DType dtype, Shape shape);

    /** A tensor over a direct buffer's own memory where the device can, else a copy. Never written to. */
    Tensor map(ByteBuffer elements, DType dtype, Shape shape);

    Tensor upload(float[] values, Shape shape);

    Tensor upload(int[] values);

    /**
     * The elements, little endian, in a direct buffer that is to be read before the tensor is changed or closed. It may be the tensor's own
     * memory: a copy would stay until the JVM collects it, and a checkpoint would take the model and its moments once more.
     */
    ByteBuffer download(Tensor tensor);

    /** The elements of a tensor of any floating type. */
    float[] downloadFloats(Tensor tensor);

    /** A copy in another (or the same) type. */
    Tensor cast(Tensor tensor, DType dtype);

    /** Overwrites {@code target} with {@code source}'s values, converted to its type. Shapes are equal. */
    void copyInto(Tensor source, Tensor target);

    /** The same elements as another shape, in a new tensor that shares the memory; each is closed by itself. */
    Tensor reshape(Tensor tensor, Shape shape);

    /** A copy of rows {@code [start, end)} of the first dimension. */
    Tensor rows(Tensor tensor, long start, long end);

    // Elementwise

    /** {@code a + b} of one shape and type. */
    Tensor add(Tensor a, Tensor b);

    /** {@code target += source}, converted to the target's type. */
    void addInto(Tensor source, Tensor target);

    /** {@code tensors[i] *= factor} in place. */
    void scale(List<Tensor> tensors, double factor);

    /** {@code tensor * factor}, a new tensor. */
    Tensor scaled(Tensor tensor, double factor);

    /** Columns {@code [start, start + length)} of each group of {@code x} [T, groups * width], side by side: [T, groups * length]. */
    Tensor slice(Tensor x, int groups, int start, int length);

    /** Adds {@code source} [T, groups * length] to those columns of {@code target} [T, groups * width] that {@link #slice} takes. */
    void addToSlice(Tensor source, Tensor target, int groups, int start);

    /** Adds {@code source} to the rows of {@code target} from {@code start} on. */
    void addToRows(Tensor source, Tensor target, long start);

    /** The sum of the squares of all elements, summed in F32 or wider. */
    double squaredNorm(List<Tensor> tensors);

    // Embedding

    /** [vocab, hidden], ids [T] I64 -> [T, hidden]. */
    Tensor embedding(Tensor table, Tensor ids);

    /** The table's gradient, [vocab, hidden] in the accumulator type. */
    Tensor embeddingBackward(Tensor dOut, Tensor ids, long vocabulary);

    // Linear

    /** {@code x W^T + bias}: [T, in], [out, in], [out] -> [T, out]. */
    Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias);

    /** The gradient of x: {@code dY W}. */
    Tensor linearBackwardInput(Tensor dY, Tensor weight);

    /** The gradient of the weight, {@code dY^T x}, [out, in] in x's type. */
    Tensor linearBackwardWeight(Tensor dY, Tensor x);

    /** The gradient of the bias: dY summed over the tokens, in the accumulator type. */
    Tensor linearBackwardBias(Tensor dY);

    /**
     * {@code x W^T + bias + scale * drop(x) A^T B^T} (LoRA, arXiv 2106.09685).
     *
     * @param a [rank, in] and b [out, rank], in x's type
     */
    LowRankOutput lowRankLinear(
            Tensor x,
            Tensor weight,
            Optional<Tensor> bias,
            Tensor a,
            Tensor b,
            double scale,
            Optional<Dropout> dropout);

    /** From dY [T, out], the input x and the kept {@code down}. {@code dX} is left out when not wanted. */
    LowRankGradients lowRankLinearBackward(
            Tensor dY,
            Tensor x,
            Tensor weight,
            Tensor a,
            Tensor b,
            double scale,
            Optional<Dropout> dropout,
            Tensor down,
            boolean inputGradient);

    /**
     * DoRA (arXiv 2402.09353) as peft computes it: {@code y = base + bias + (c - 1) * (d W^T) + c * scale * d A^T B^T} with {@code d = drop(x)},
     * {@code base = x W^T}, {@code c = magnitude / norm}.
     *
     * @param norm each row's l2 norm of {@code W + scale B A}, [out], from {@link #dimensionNorm}; a constant to the gradient
     */
    DoraOutput doraLinear(
            Tensor x,
            Tensor weight,
            Optional<Tensor> bias,
            Tensor a,
            Tensor b,
            Tensor magnitude,
            Tensor norm,
            double scale,
            Optional<Dropout> dropout);

    DoraGradients doraLinearBackward(
            Tensor dY,
            Tensor x,
            Tensor weight,
            Tensor a,
            Tensor b,
            Tensor magnitude,
            Tensor norm,
            double scale,
            Optional<Dropout> dropout,
            Tensor down,
            boolean inputGradient);

    /** The l2 norm of each row of {@code W + scale B A}: [out] in the accumulator type. */
    Tensor dimensionNorm(Tensor weight, Tensor a, Tensor b, double scale);

    /** {@code W + scale B A}, computed in the accumulator type, in W's type: what merging an adapter leaves. */
    Tensor mergeLowRank(Tensor weight, Tensor a, Tensor b, double scale, Optional<Tensor> magnitude);

    /** Dense [out, in] from NF4 storage. */
    Tensor dequantizeNf4(Nf4Tensors weight, DType dtype);

    // Norm, rotary, activation

    /** {@code x / sqrt(mean(x^2) + eps) * w} over the last dimension, the norm in F32. Keeps 1/rms, [T]. */
    NormOutput rmsNorm(Tensor x, Tensor weight, double eps);

    /** The weight's gradient is in the accumulator type, present when wanted. */
    NormGradients rmsNormBackward(Tensor dY, Tensor x, Tensor weight, Tensor inverseRms, boolean weightGradient);

    /** {@code (x - mean) / sqrt(variance + eps) * w + bias} over the last dimension, computed in the accumulator type. */
    LayerNormOutput layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double eps);

    /** The gradients of weight and bias are in the accumulator type, present when wanted. */
    LayerNormGradients layerNormBackward(
            Tensor dY, Tensor x, Tensor weight, LayerNormOutput kept, boolean weightGradient, boolean biasGradient);

    /**
     * Rotates the pairs (i, i + r/2) of the first r of each head's dimensions, r being twice the width of {@code cos}.
     *
     * @param x [T, heads * headDim]
     * @param cos [T, r/2] F32 (F64 for F64), and sin likewise
     */
    Tensor rotary(Tensor x, Tensor cos, Tensor sin, int headDim);

    Tensor rotaryBackward(Tensor dY, Tensor cos, Tensor sin, int headDim);

    /** {@code activation(gate) * up}. */
    Tensor gatedActivation(Tensor gate, Tensor up, Activation activation);

    GatedGradients gatedActivationBackward(Tensor dY, Tensor gate, Tensor up, Activation activation);

    /** The activation of each element. */
    Tensor activation(Tensor x, Activation activation);

    Tensor activationBackward(Tensor dY, Tensor x, Activation activation);

    // Experts

    /**
     * For every token the {@code topK} likeliest experts under a softmax of the logits, in the accumulator type.
     *
     * @param logits [T, experts]
     */
    RouteOutput route(Tensor logits, RoutingSpec spec);

    /**
     * The gradient of the logits, in {@code type}.
     *
     * @param dWeights [T, topK]
     * @param dProbabilities [experts], added to the gradient of each token's probabilities
     */
    Tensor routeBackward(
            Tensor dWeights, RouteOutput kept, Optional<Tensor> dProbabilities, RoutingSpec spec, DType type);

    /** The rows of {@code x} [n, width] at {@code rows} I64 [m]: [m, width]. */
    Tensor gatherRows(Tensor x, Tensor rows);

    /**
     * For each token the sum of its rows in {@code parts}, one part behind the other, times its weights. Summed in the accumulator type.
     *
     * @param parts each [n, width], n together T * k
     * @param places I64 [T, k]: which rows are the token's; each row is one token's
     * @param weights [T, k] in the accumulator type; absent: ones
     */
    Tensor combine(List<Tensor> parts, Tensor places, Optional<Tensor> weights);

    /** @param tokens I64 [T * k]: the token of each row, the inverse of {@code places} */
    CombineGradients combineBackward(Tensor dOut, List<Tensor> parts, Tensor tokens, Tensor places, Tensor weights);

    // Attention

    /**
     * Causal softmax attention inside each segment.
     *
     * @param q [T, heads * headDim]; k and v [T, kvHeads * headDim]
     */
    AttentionOutput attention(Tensor q, Tensor k, Tensor v, Segments segments, AttentionSpec spec);

    AttentionGradients attentionBackward(
            Tensor dOut, Tensor q, Tensor k, Tensor v, AttentionOutput kept, Segments segments, AttentionSpec spec);

    /** Room for the keys and values of one growing sequence. */
    KvCache newKvCache(int layers, int capacity, DType dtype, AttentionSpec spec);

    /** Appends k and v of T new tokens to the layer's cache and attends to all that it holds. */
    Tensor attention(Tensor q, Tensor k, Tensor v, KvCache cache, int layer, AttentionSpec spec);

    // Head

    /**
     * {@code log softmax(hidden[positions] W^T)[targets]}, F32 [N], in chunks: the logits of all positions never exist at once.
     *
     * @param positions [N] I64 rows of hidden, with repeats allowed; targets [N] I64
     */
    Tensor tokenLogProbs(Tensor hidden, Tensor weight, Tensor positions, Tensor targets);

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

    // Optimizer

    /**
     * AdamW (arXiv 1711.05101), decoupled decay, eps outside the bias-corrected root, in place.
     *
     * @param step of this update, from 1
     */
    void adamW(
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<Tensor> firstMoments,
            List<Tensor> secondMoments,
            long step,
            double learningRate,
            double beta1,
            double beta2,
            double eps,
            double weightDecay);

    /** @param down {@code drop(x) A^T}, [T, rank], kept for the backward */
    record LowRankOutput(Tensor y, Tensor down) {}

    /** The adapter's gradients are in the accumulator type. */
    record LowRankGradients(Optional<Tensor> dX, Tensor dA, Tensor dB) {}

    record DoraOutput(Tensor y, Tensor down) {}

    record DoraGradients(Optional<Tensor> dX, Tensor dA, Tensor dB, Tensor dMagnitude) {}

    record NormOutput(Tensor y, Tensor inverseRms) {}

    record NormGradients(Tensor dX, Optional<Tensor> dWeight) {}

    /** @param mean of each row, [T], and inverseDeviation likewise, in the accumulator type */
    record LayerNormOutput(Tensor y, Tensor mean, Tensor inverseDeviation) {}

    record LayerNormGradients(Tensor dX, Optional<Tensor> dWeight, Optional<Tensor> dBias) {}

    /**
     * @param weights [T, topK] in the accumulator type, the largest first
     * @param experts I64 [T, topK]
     * @param probabilities [T, experts] in the accumulator type
     * @param probabilitySums [experts]: the probabilities summed over the tokens
     */
    record RouteOutput(Tensor weights, Tensor experts, Tensor probabilities, Tensor probabilitySums) {}

    record CombineGradients(Tensor dWeights, List<Tensor> dParts) {}

    record GatedGradients(Tensor dGate, Tensor dUp) {}

    /** @param logSumExp of each query's scores, [heads * T] F32 (F64), laid out segment by segment */
    record AttentionOutput(Tensor out, Tensor logSumExp) {}

    record AttentionGradients(Tensor dQ, Tensor dK, Tensor dV) {}

    /** @param dWeight [vocab, hidden] in the accumulator type */
    record HeadOutput(Tensor logProbs, Optional<Tensor> dHidden, Optional<Tensor> dWeight) {}
}
