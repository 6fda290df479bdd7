package dev.newt.ranks;

import dev.newt.tensor.Tensor;

/** The only rank: every sum is its own value. */
final class Alone implements Ranks {
    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public double sum(double value) {
        return value;
    }

    @Override
    public Tensor reduceScatter(Tensor tensor) {
        return tensor;
    }

    @Override
    public Tensor allGather(Tensor part) {
        return part;
    }

    @Override
    public boolean agree(boolean wish) {
        return wish;
    }
}
