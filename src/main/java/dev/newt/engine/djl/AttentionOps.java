package dev.newt.engine.djl;

import dev.newt.engine.djl.TorchMemory.Output;
import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.BackwardOps.AttentionGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.ForwardOps.AttentionOutput;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tensor;
import java.util.List;
import java.util.stream.LongStream;

/** Attention, kernels/torch/attention.py. libtorch's flash kernel trusts its arguments: every shape is checked here. */
final class AttentionOps {
    private static final int NO_WINDOW = 0;

    private final TorchMemory memory;

    AttentionOps(TorchMemory memory) {
        this.memory = memory;
    }

    AttentionOutput attention(Tensor q, Tensor k, Tensor v, Segments segments, AttentionSpec spec) {
        TorchTensor ownQ = memory.own(q);
        TorchTensor ownK = memory.own(k);
        TorchTensor ownV = memory.own(v);
        check(ownQ, ownK, ownV, segments.tokens(), spec);
        DType wide = q.dtype().accumulator();
        List<TorchTensor> results = memory.tensors(
                List.of(new Output(q.dtype(), q.shape()), Output.of(wide, (long) spec.heads() * segments.tokens())),
                "attention",
                ownQ,
                ownK,
                ownV,
                offsets(segments),
                spec.heads(),
                spec.kvHeads(),
                spec.scale(),
                window(spec),
                wide);
        return new AttentionOutput(results.get(0), results.get(1));
    }

    AttentionGradients backward(
            Tensor dOut, Tensor q, Tensor k, Tensor v, AttentionOutput kept, Segments segments, AttentionSpec spec) {
        TorchTensor ownQ = memory.own(q);
        TorchTensor ownK = memory.own(k);
        TorchTensor ownV = memory.own(v);
        TorchTensor ownDOut = memory.own(dOut);
        TorchTensor out = memory.own(kept.out());
        TorchTensor logSumExp = memory.own(kept.logSumExp());
        int tokens = segments.tokens();
        check(ownQ, ownK, ownV, tokens, spec);
        Check.dtype("dOut", ownDOut, q.dtype());
        Check.shape("dOut", ownDOut, q.shape().toArray());
        Check.dtype("out", out, q.dtype());
        Check.shape("out", out, q.shape().toArray());
        Check.dtype("logSumExp", logSumExp, q.dtype().accumulator());
        Check.shape("logSumExp", logSumExp, (long) spec.heads() * tokens);
        List<TorchTensor> results = memory.tensors(
                List.of(
                        new Output(q.dtype(), q.shape()),
                        new Output(k.dtype(), k.shape()),
                        new Output(v.dtype(), v.shape())),
                "attention_backward",
                ownDOut,
                ownQ,
                ownK,
                ownV,
                offsets(segments),
                spec.heads(),
                spec.kvHeads(),
                spec.scale(),
                window(spec),
                q.dtype().accumulator());
        return new AttentionGradients(results.get(0), results.get(1), results.get(2));
    }

    TorchKvCache newCache(List<AttentionSpec> layers, int places, int capacity, DType dtype) {
        Check.that(
                !layers.isEmpty() && places > 0 && capacity > 0,
                "a cache of " + layers.size() + " layers, " + places + " places and " + capacity + " tokens");
        return new TorchKvCache(memory, List.copyOf(layers), places, capacity, dtype);
    }

    Tensor attention(Tensor q, Tensor k, Tensor v, KvCache cache, int layer, AttentionSpec spec) {
        TorchTensor ownQ = memory.own(q);
        TorchTensor ownK = memory.own(k);
        TorchTensor ownV = memory.own(v);
        if (!(cache instanceof TorchKvCache own) || own.memory() != memory) {
            throw new IllegalArgumentException("a cache of another engine");
        }
        Segments segments = own.newTokens(layer);
        check(ownQ, ownK, ownV, segments.tokens(), spec);
        TorchTensor keys = own.keys(layer);
        Check.dtype("cache", keys, q.dtype());
        Check.shape("cache", keys, own.places(), own.capacity(), k.shape().dim(1));
        TorchTensor out = LongStream.of(own.before()).allMatch(length -> length == 0)
                ? first(ownQ, ownK, ownV, own, layer, spec)
                : further(ownQ, ownK, ownV, own, layer, spec);
        own.append(layer);
        return out;
    }

    /** The sequences' first tokens: attention as in training. */
    private TorchTensor first(
            TorchTensor q, TorchTensor k, TorchTensor v, TorchKvCache cache, int layer, AttentionSpec spec) {
        Segments segments = cache.newTokens(layer);
        AttentionOutput output = attention(q, k, v, segments, spec);
        output.logSumExp().close();
        memory.kernels()
                .run(
                        "append_to_cache",
                        k,
                        v,
                        cache.keys(layer),
                        cache.values(layer),
                        offsets(segments),
                        cache.expected(),
                        cache.before());
        return memory.own(output.out());
    }

    private TorchTensor further(
            TorchTensor q, TorchTensor k, TorchTensor v, TorchKvCache cache, int layer, AttentionSpec spec) {
        Segments segments = cache.newTokens(layer);
        boolean oneEach = segments.longest() == 1 && segments.count() > 1;
        return memory.tensor(
                q.dtype(),
                q.shape(),
                oneEach ? "attention_of_next" : "attention_cached",
                q,
                k,
                v,
                cache.keys(layer),
                cache.values(layer),
                offsets(segments),
                cache.expected(),
                cache.before(),
                spec.heads(),
                spec.kvHeads(),
                spec.scale(),
                window(spec));
    }

    private static int window(AttentionSpec spec) {
        return spec.window().orElse(NO_WINDOW);
    }

    private static long[] offsets(Segments segments) {
        long[] offsets = new long[segments.count() + 1];
        for (int i = 0; i < segments.count(); i++) {
            offsets[i + 1] = segments.end(i);
        }
        return offsets;
    }

    private static void check(TorchTensor q, TorchTensor k, TorchTensor v, int tokens, AttentionSpec spec) {
        Check.computable("q", q);
        Check.dtype("k", k, q.dtype());
        Check.dtype("v", v, q.dtype());
        Check.that(spec.headDim() > 0, "heads of size " + spec.headDim());
        Check.that(spec.window().orElse(1) > 0, "a window of " + spec.window());
        Check.shape("q", q, tokens, (long) spec.heads() * spec.headDim());
        Check.shape("k", k, tokens, (long) spec.kvHeads() * spec.headDim());
        Check.shape("v", v, tokens, (long) spec.kvHeads() * spec.headDim());
    }
}
