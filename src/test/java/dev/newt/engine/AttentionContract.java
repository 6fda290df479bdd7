package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.BackwardOps.AttentionGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.ForwardOps.AttentionOutput;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attention over segments, and over a cache of growing sequences. */
abstract class AttentionContract extends OperationContract {
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void oneShortSegment(DType type) {
        check(type, 1, spec(4, 4, 8, 0), 1);
        check(type, 2, spec(4, 2, 16, 0), 7);
        check(type, 3, spec(3, 1, 6, 0), 33);
        check(type, 4, spec(1, 1, 5, 0), 2);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void severalSegments(DType type) {
        check(type, 5, spec(6, 2, 8, 0), 1, 9, 1, 30, 2);
        check(type, 6, spec(9, 3, 64, 0), 5, 70, 129);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void segmentsLongerThanTheKernelsBlocks(DType type) {
        check(type, 7, spec(4, 2, 32, 0), 700, 513);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void windowsShorterAndLongerThanSegments(DType type) {
        check(type, 8, spec(4, 2, 8, 3), 1, 10, 3, 2, 40);
        check(type, 9, spec(4, 1, 16, 2), 20);
        check(type, 10, spec(2, 2, 8, 64), 63, 64, 65, 200);
        check(type, 11, spec(4, 2, 16, 100), 450, 90);
        check(type, 12, spec(2, 1, 8, 600), 1300);
    }

    private AttentionSpec spec(int heads, int kvHeads, int headDim, int window) {
        OptionalInt bound = window > 0 ? OptionalInt.of(window) : OptionalInt.empty();
        return new AttentionSpec(heads, kvHeads, headDim, 1.2 / Math.sqrt(headDim), bound);
    }

    private void check(DType type, long seed, AttentionSpec spec, int... lengths) {
        oracle.seed(seed);
        Segments segments = Segments.ofLengths(lengths);
        int tokens = segments.tokens();
        Tensor q = oracle.random(type, tokens, spec.heads() * spec.headDim());
        Tensor k = oracle.random(type, tokens, spec.kvHeads() * spec.headDim());
        Tensor v = oracle.random(type, tokens, spec.kvHeads() * spec.headDim());
        Tensor dOut = oracle.random(type, tokens, spec.heads() * spec.headDim());
        AttentionOutput output = oracle.engine.attention(q, k, v, segments, spec);
        AttentionGradients gradients = oracle.engine.attentionBackward(dOut, q, k, v, output, segments, spec);
        int[] segment = new int[tokens];
        for (int i = 0; i < segments.count(); i++) {
            Arrays.fill(segment, segments.start(i), segments.end(i), i);
        }
        List<double[]> expected = oracle.run(
                "attention",
                q,
                k,
                v,
                oracle.keep(oracle.engine.upload(segment)),
                spec.heads(),
                spec.kvHeads(),
                spec.scale(),
                spec.window().orElse(0),
                dOut);
        String name = spec + " " + segments;
        oracle.close("out " + name, output.out(), expected.get(0), type);
        oracle.close("dQ " + name, gradients.dQ(), expected.get(1), type);
        oracle.close("dK " + name, gradients.dK(), expected.get(2), type);
        oracle.close("dV " + name, gradients.dV(), expected.get(3), type);
        assertThat(output.logSumExp().dtype()).isEqualTo(type.accumulator());
        oracle.close("lse " + name, output.logSumExp(), bySegment(expected.get(4), segments, spec.heads()), type);
    }

    /** From [heads, T] to [heads, n] of one segment after the other. */
    private double[] bySegment(double[] values, Segments segments, int heads) {
        double[] ordered = new double[values.length];
        int at = 0;
        for (int i = 0; i < segments.count(); i++) {
            for (int head = 0; head < heads; head++) {
                for (int t = segments.start(i); t < segments.end(i); t++) {
                    ordered[at++] = values[head * segments.tokens() + t];
                }
            }
        }
        return ordered;
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void aGrowingCacheAttendsAsTheWholeSequence(DType type) {
        for (int window : new int[] {0, 4, 300}) {
            AttentionSpec spec = spec(6, 2, 16, window);
            oracle.seed(window);
            int tokens = 400;
            Tensor q = oracle.random(type, tokens, 96);
            Tensor k = oracle.random(type, tokens, 32);
            Tensor v = oracle.random(type, tokens, 32);
            AttentionOutput whole = oracle.engine.attention(q, k, v, Segments.ofLengths(tokens), spec);
            double[] expected = oracle.values(oracle.keep(whole.out()));
            oracle.keep(whole.logSumExp());
            try (KvCache cache = oracle.engine.newKvCache(List.of(spec, spec), 1, tokens, type)) {
                for (int round = 0; round < 2; round++) {
                    int[] ends = {5, 6, 7, 60, 61, 399, 400};
                    int start = 0;
                    for (int end : ends) {
                        cache.expect(Segments.ofLengths(end - start), 0);
                        Tensor out = oracle.engine.attention(
                                rows(q, start, end), rows(k, start, end), rows(v, start, end), cache, 1, spec);
                        assertThat(cache.length(1, 0)).isEqualTo(end);
                        oracle.close(
                                "rows to " + end + " window " + window,
                                out,
                                Arrays.copyOfRange(expected, start * 96, end * 96),
                                type);
                        start = end;
                        catchUp(cache, q, k, v, spec, end);
                    }
                    assertThatThrownBy(() -> cache.expect(Segments.ofLengths(1), 0))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("400");
                    cache.clear(0);
                    assertThat(cache.length(1, 0)).isZero();
                }
            }
        }
    }

    /** The other layer must keep step: lengths before a pass are equal in all layers. */
    private void catchUp(KvCache cache, Tensor q, Tensor k, Tensor v, AttentionSpec spec, int end) {
        int start = cache.length(0, 0);
        oracle.keep(
                oracle.engine.attention(rows(q, start, end), rows(k, start, end), rows(v, start, end), cache, 0, spec));
    }

    /** Sequences of different lengths: prefilled as one row, continued one token each or several, some of them, in given-up places. */
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void manySequencesAttendAsEachAlone(DType type) {
        for (int window : new int[] {0, 4}) {
            AttentionSpec spec = spec(6, 2, 16, window);
            oracle.seed(17 + window);
            int sequences = 5;
            int tokens = 40;
            List<Tensor> q = draws(type, sequences, tokens, 96);
            List<Tensor> k = draws(type, sequences, tokens, 32);
            List<Tensor> v = draws(type, sequences, tokens, 32);
            List<double[]> alone = new ArrayList<>();
            for (int s = 0; s < sequences; s++) {
                AttentionOutput whole =
                        oracle.engine.attention(q.get(s), k.get(s), v.get(s), Segments.ofLengths(tokens), spec);
                alone.add(oracle.values(oracle.keep(whole.out())));
                oracle.keep(whole.logSumExp());
            }
            try (KvCache cache = oracle.engine.newKvCache(List.of(spec), sequences, tokens, type)) {
                int[] length = new int[sequences];
                // Places, then how many new tokens each has.
                int[][][] passes = {
                    {{0, 1, 2, 4}, {3, 1, 20, 7}},
                    {{0, 1, 2, 4}, {1, 1, 1, 1}},
                    {{3}, {11}},
                    {{0, 1, 2, 3, 4}, {1, 1, 1, 1, 1}},
                    {{1, 3}, {1, 1}},
                    {{2}, {1}},
                    {{0, 2, 4}, {5, 1, 2}},
                    {{0, 1, 2, 3, 4}, {1, 1, 1, 1, 1}},
                };
                for (int round = 0; round < 2; round++) {
                    for (int[][] pass : passes) {
                        int[] places = pass[0];
                        cache.expect(Segments.ofLengths(pass[1]), places);
                        assertThat(cache.positions()[0]).isEqualTo(length[places[0]]);
                        Tensor out = oracle.engine.attention(
                                joined(q, places, length, pass[1]),
                                joined(k, places, length, pass[1]),
                                joined(v, places, length, pass[1]),
                                cache,
                                0,
                                spec);
                        double[] expected = new double[0];
                        for (int i = 0; i < places.length; i++) {
                            int start = length[places[i]];
                            length[places[i]] += pass[1][i];
                            expected = concat(
                                    expected,
                                    Arrays.copyOfRange(alone.get(places[i]), start * 96, length[places[i]] * 96));
                        }
                        oracle.close(Arrays.deepToString(pass) + " window " + window, out, expected, type);
                    }
                    for (int s = 0; s < sequences; s++) {
                        assertThat(cache.length(0, s)).isEqualTo(length[s]);
                        cache.clear(s);
                        length[s] = 0;
                    }
                }
            }
        }
    }

    private List<Tensor> draws(DType type, int count, long... dims) {
        List<Tensor> draws = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            draws.add(oracle.random(type, dims));
        }
        return draws;
    }

    private Tensor joined(List<Tensor> all, int[] places, int[] starts, int[] counts) {
        int tokens = Arrays.stream(counts).sum();
        Tensor first = all.get(0);
        Tensor joined = oracle.keep(oracle.engine.zeros(
                first.dtype(), Shape.of(tokens, first.shape().dim(1))));
        int at = 0;
        for (int i = 0; i < places.length; i++) {
            int start = starts[places[i]];
            oracle.engine.addToRows(rows(all.get(places[i]), start, start + counts[i]), joined, at);
            at += counts[i];
        }
        return joined;
    }

    private double[] concat(double[] a, double[] b) {
        double[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    @Test
    void aCacheRefusesWhatItDoesNotExpect() {
        AttentionSpec spec = spec(4, 2, 16, 0);
        Tensor q = oracle.random(DType.F32, 2, 64);
        Tensor k = oracle.random(DType.F32, 2, 32);
        try (KvCache cache = oracle.engine.newKvCache(List.of(spec), 2, 3, DType.F32)) {
            refuses(() -> oracle.engine.attention(q, k, k, cache, 0, spec));
            refuses(() -> cache.expect(Segments.ofLengths(1), 2));
            refuses(() -> cache.expect(Segments.ofLengths(1, 1), 1, 0));
            refuses(() -> cache.expect(Segments.ofLengths(1, 1), 1, 1));
            refuses(() -> cache.expect(Segments.ofLengths(1, 1), 1));
            refuses(() -> cache.expect(Segments.ofLengths(4), 1));
            cache.expect(Segments.ofLengths(2), 1);
            oracle.keep(oracle.engine.attention(q, k, k, cache, 0, spec));
            refuses(() -> oracle.engine.attention(q, k, k, cache, 0, spec));
            cache.expect(Segments.ofLengths(1), 1);
            refuses(() -> oracle.engine.attention(q, k, k, cache, 0, spec));
        }
    }

    private Tensor rows(Tensor tensor, int start, int end) {
        return oracle.keep(oracle.engine.rows(tensor, start, end));
    }

    @Test
    void repeatsBitForBit() {
        oracle.seed(1);
        AttentionSpec spec = spec(4, 2, 16, 0);
        Segments segments = Segments.ofLengths(100, 57);
        Tensor q = oracle.random(DType.BF16, 157, 64);
        Tensor k = oracle.random(DType.BF16, 157, 32);
        AttentionOutput output = oracle.engine.attention(q, k, k, segments, spec);
        oracle.keep(output.out());
        oracle.keep(output.logSumExp());
        AttentionGradients first = oracle.engine.attentionBackward(q, q, k, k, output, segments, spec);
        AttentionGradients second = oracle.engine.attentionBackward(q, q, k, k, output, segments, spec);
        assertThat(oracle.values(oracle.keep(second.dQ()))).isEqualTo(oracle.values(oracle.keep(first.dQ())));
        assertThat(oracle.values(oracle.keep(second.dK()))).isEqualTo(oracle.values(oracle.keep(first.dK())));
        assertThat(oracle.values(oracle.keep(second.dV()))).isEqualTo(oracle.values(oracle.keep(first.dV())));
    }

    @Test
    void refusesWrongShapesAndTypes() {
        AttentionSpec spec = spec(4, 2, 16, 0);
        Segments segments = Segments.ofLengths(5);
        Tensor q = oracle.random(DType.F32, 5, 64);
        Tensor k = oracle.random(DType.F32, 5, 32);
        Tensor narrow = oracle.random(DType.BF16, 5, 32);
        var engine = oracle.engine;
        refuses(() -> engine.attention(q, q, q, segments, spec));
        refuses(() -> engine.attention(q, k, narrow, segments, spec));
        refuses(() -> engine.attention(q, k, k, Segments.ofLengths(6), spec));
        refuses(() -> engine.attention(q, k, k, segments, spec(4, 2, 8, 0)));
        AttentionOutput wrong = new AttentionOutput(q, oracle.random(DType.F32, 19));
        refuses(() -> engine.attentionBackward(q, q, k, k, wrong, segments, spec));
        try (KvCache cache = engine.newKvCache(List.of(spec), 1, 8, DType.BF16)) {
            cache.expect(segments, 0);
            refuses(() -> engine.attention(q, k, k, cache, 0, spec));
        }
    }

    private void refuses(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
}
