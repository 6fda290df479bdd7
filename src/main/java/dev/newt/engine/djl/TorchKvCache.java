package dev.newt.engine.djl;

import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.DType;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** For each layer a buffer [places, capacity, kvHeads * headDim] of keys and one of values. */
final class TorchKvCache implements KvCache {
    private final TorchMemory memory;
    private final int places;
    private final int capacity;
    private final List<TorchTensor> keys = new ArrayList<>();
    private final List<TorchTensor> values = new ArrayList<>();
    /** By layer and place. */
    private final int[][] lengths;

    private Segments newTokens;
    private int[] expected = {};
    /** The expected sequences' lengths before the pass. */
    private int[] before = {};

    TorchKvCache(TorchMemory memory, List<AttentionSpec> layers, int places, int capacity, DType dtype) {
        this.memory = memory;
        this.places = places;
        this.capacity = capacity;
        this.lengths = new int[layers.size()][places];
        try {
            // Zeros: what a shorter sequence hides behind its end is still multiplied by nothing, which must not be
            // NaN.
            for (AttentionSpec layer : layers) {
                Shape shape = Shape.of(places, capacity, layer.kvHeads() * (long) layer.headDim());
                keys.add(memory.tensor(dtype, shape, "zeros", dtype, shape));
                values.add(memory.tensor(dtype, shape, "zeros", dtype, shape));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    TorchMemory memory() {
        return memory;
    }

    TorchTensor keys(int layer) {
        return memory.own(keys.get(layer));
    }

    TorchTensor values(int layer) {
        return memory.own(values.get(layer));
    }

    /** The pass that is expected, which the layer must not have had yet. */
    Segments newTokens(int layer) {
        Check.that(newTokens != null, "the cache expects no tokens");
        for (int i = 0; i < expected.length; i++) {
            Check.that(
                    lengths[layer][expected[i]] == before[i],
                    "layer " + layer + " has had the expected tokens already");
        }
        return newTokens;
    }

    long[] expected() {
        return wide(expected);
    }

    /** The expected sequences' lengths before the pass. */
    long[] before() {
        return wide(before);
    }

    private static long[] wide(int[] numbers) {
        long[] wide = new long[numbers.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = numbers[i];
        }
        return wide;
    }

    void append(int layer) {
        for (int i = 0; i < expected.length; i++) {
            lengths[layer][expected[i]] = before[i] + newTokens.length(i);
        }
    }

    @Override
    public int places() {
        return places;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int length(int layer, int place) {
        return lengths[layer][place];
    }

    @Override
    public void expect(Segments tokens, int... ofPlaces) {
        Check.that(tokens.count() == ofPlaces.length, tokens.count() + " segments for " + ofPlaces.length + " places");
        int[] lengthsBefore = new int[ofPlaces.length];
        for (int i = 0; i < ofPlaces.length; i++) {
            int place = ofPlaces[i];
            Check.that(place >= 0 && place < places, "place " + place + " in a cache of " + places);
            Check.that(i == 0 || place > ofPlaces[i - 1], "places must ascend: " + Arrays.toString(ofPlaces));
            lengthsBefore[i] = lengths[0][place];
            Check.that(
                    lengthsBefore[i] + (long) tokens.length(i) <= capacity,
                    "a cache of " + capacity + " tokens that holds " + lengthsBefore[i] + " cannot take "
                            + tokens.length(i));
        }
        newTokens = tokens;
        expected = ofPlaces.clone();
        before = lengthsBefore;
    }

    @Override
    public int[] positions() {
        Check.that(newTokens != null, "the cache expects no tokens");
        int[] positions = newTokens.positions();
        for (int i = 0; i < expected.length; i++) {
            for (int t = newTokens.start(i); t < newTokens.end(i); t++) {
                positions[t] += before[i];
            }
        }
        return positions;
    }

    @Override
    public int longest() {
        Check.that(newTokens != null, "the cache expects no tokens");
        int longest = 0;
        for (int i = 0; i < expected.length; i++) {
            longest = Math.max(longest, before[i] + newTokens.length(i));
        }
        return longest;
    }

    @Override
    public void clear(int place) {
        for (int[] ofLayer : lengths) {
            ofLayer[place] = 0;
        }
    }

    @Override
    public void close() {
        keys.forEach(TorchTensor::close);
        values.forEach(TorchTensor::close);
    }
}
