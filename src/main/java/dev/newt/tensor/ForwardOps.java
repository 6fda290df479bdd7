package dev.newt.tensor;

import java.util.List;
import java.util.Optional;

/**
 * What a model computes. Operations are coarse and fused; none records anything and none writes to its arguments. Tensors given in stay the
 * caller's, tensors given out become the caller's, and all are contiguous. T is the number of tokens of a flat row.
 */
public interface ForwardOps {
    // Elementwise

    /** {@code a + b} of one shape and type. */
    Tensor add(Tensor a, Tensor b);

    /** {@code tensor * factor}, a new tensor. */
    Tensor scaled(Tensor tensor, double factor);

    /** The activation of each element. */
    Tensor activation(Tensor x, Activation activation);

    /** {@code activation(gate) * up}. */
    Tensor gatedActivation(Tensor gate, Tensor up, Activation activation);

    // Rows and columns

    /** [vocab, hidden], ids [T] I64 -> [T, hidden]. */
    Tensor embedding(Tensor table, Tensor ids);

    /** The rows of {@code x} [n, width] at {@code rows} I64 [m]: [m, width]. */
    Tensor gatherRows(Tensor x, Tensor rows);

    /** Columns {@code [start, start + length)} of each group of {@code x} [T, groups * width], side by side: [T, groups * length]. */
    Tensor slice(Tensor x, int groups, int start, int length);

    // Linear

    /** {@code x W^T + bias}: [T, in], [out, in], [out] -> [T, out]. */
    Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias);

    /**
     * {@code x W^T + bias + scale * drop(x) A^T B^T} (LoRA, arXiv 2106.09685).
     *
     * @param adapter a [rank, in] and b [out, rank], in x's type
     */
    LowRankOutput lowRankLinear(Tensor x, Tensor weight, Optional<Tensor> bias, LowRankTensors adapter);

    /**
     * DoRA (arXiv 2402.09353) as peft computes it: {@code y = base + bias + (c - 1) * (d W^T) + c * scale * d A^T B^T} with {@code d = drop(x)},
     * {@code base = x W^T}, {@code c = magnitude / norm}.
     */
    LowRankOutput doraLinear(Tensor x, Tensor weight, Optional<Tensor> bias, DoraTensors adapter);

    /** The l2 norm of each row of {@code W + scale B A}: [out] in the accumulator type. */
    Tensor dimensionNorm(Tensor weight, Tensor a, Tensor b, double scale);

    /** Dense [out, in] from NF4 storage. */
    Tensor dequantizeNf4(Nf4Tensors weight, DType dtype);

    // Norm, rotary

    /** {@code x / sqrt(mean(x^2) + eps) * w} over the last dimension, the norm in F32. Keeps 1/rms, [T]. */
    NormOutput rmsNorm(Tensor x, Tensor weight, double eps);

    /** {@code (x - mean) / sqrt(variance + eps) * w + bias} over the last dimension, computed in the accumulator type. */
    LayerNormOutput layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double eps);

    /**
     * Rotates the pairs (i, i + r/2) of the first r of each head's dimensions, r being twice the width of {@code cos}.
     *
     * @param x [T, heads * headDim]
     * @param cos [T, r/2] F32 (F64 for F64), and sin likewise
     */
    Tensor rotary(Tensor x, Tensor cos, Tensor sin, int headDim);

    // Experts

    /**
     * For every token the {@code topK} likeliest experts under a softmax of the logits, in the accumulator type.
     *
     * @param logits [T, experts]
     */
    RouteOutput route(Tensor logits, RoutingSpec spec);

    /**
     * For each token the sum of its rows in {@code parts}, one part behind the other, times its weights. Summed in the accumulator type.
     *
     * @param parts each [n, width], n together T * k
     * @param places I64 [T, k]: which rows are the token's; each row is one token's
     * @param weights [T, k] in the accumulator type; absent: ones
     */
    Tensor combine(List<Tensor> parts, Tensor places, Optional<Tensor> weights);

    // Attention

    /**
     * Causal softmax attention inside each segment.
     *
     * @param q [T, heads * headDim]; k and v [T, kvHeads * headDim]
     */
    AttentionOutput attention(Tensor q, Tensor k, Tensor v, Segments segments, AttentionSpec spec);

    /**
     * Room for the keys and values of some sequences.
     *
     * @param layers each layer's heads
     * @param places how many sequences
     * @param capacity the most tokens of one sequence
     */
    KvCache newKvCache(List<AttentionSpec> layers, int places, int capacity, DType dtype);

    /**
     * Adds k and v of the T new tokens that the cache expects to the layer's sequences, and attends from each new token to all of its
     * sequence that it may see.
     */
    Tensor attention(Tensor q, Tensor k, Tensor v, KvCache cache, int layer, AttentionSpec spec);

    // Head

    /**
     * {@code log softmax(hidden[positions] W^T)[targets]}, F32 [N], in chunks: the logits of all positions never exist at once.
     *
     * @param positions [N] I64 rows of hidden, with repeats allowed; targets [N] I64
     */
    Tensor tokenLogProbs(Tensor hidden, Tensor weight, Tensor positions, Tensor targets);

    // Results

    /** @param down {@code drop(x) A^T}, [T, rank], kept for the backward */
    record LowRankOutput(Tensor y, Tensor down) {}

    record NormOutput(Tensor y, Tensor inverseRms) {}

    /** @param mean of each row, [T], and inverseDeviation likewise, in the accumulator type */
    record LayerNormOutput(Tensor y, Tensor mean, Tensor inverseDeviation) {}

    /**
     * @param weights [T, topK] in the accumulator type, the largest first
     * @param experts I64 [T, topK]
     * @param probabilities [T, experts] in the accumulator type
     * @param probabilitySums [experts]: the probabilities summed over the tokens
     */
    record RouteOutput(Tensor weights, Tensor experts, Tensor probabilities, Tensor probabilitySums) {}

    /** @param logSumExp of each query's scores, [heads * T] F32 (F64), laid out segment by segment */
    record AttentionOutput(Tensor out, Tensor logSumExp) {}
}
