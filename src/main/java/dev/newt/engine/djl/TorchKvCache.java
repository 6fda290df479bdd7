package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** For each layer a buffer [capacity, kvHeads * headDim] of keys and one of values. */
final class TorchKvCache implements KvCache {
    private final TorchMemory memory;
    private final int capacity;
    private final List<TorchTensor> keys = new ArrayList<>();
    private final List<TorchTensor> values = new ArrayList<>();
    private final int[] lengths;

    TorchKvCache(TorchMemory memory, int layers, int capacity, DType dtype, long width) {
        this.memory = memory;
        this.capacity = capacity;
        this.lengths = new int[layers];
        Shape shape = Shape.of(capacity, width);
        try {
            for (int i = 0; i < layers; i++) {
                keys.add(memory.empty(dtype, shape));
                values.add(memory.empty(dtype, shape));
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

    void append(int layer, int tokens) {
        lengths[layer] += tokens;
    }

    @Override
    public int length(int layer) {
        return lengths[layer];
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public void clear() {
        Arrays.fill(lengths, 0);
    }

    @Override
    public void close() {
        keys.forEach(TorchTensor::close);
        values.forEach(TorchTensor::close);
    }
}
