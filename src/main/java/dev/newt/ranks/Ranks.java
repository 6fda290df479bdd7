package dev.newt.ranks;

import dev.newt.tensor.Tensor;

/**
 * The processes that train one model together. Every method is called by all of them, in the same order, and each waits for the others; what
 * they add up is the same to the bit on every rank.
 */
public interface Ranks {
    /** One process that trains by itself. */
    Ranks ALONE = new Alone();

    /** Which of them this one is, from 0. */
    int rank();

    int size();

    /** The sum of all ranks' values. */
    double sum(double value);

    /**
     * The sum of all ranks' tensors, of which each rank gets its own part of the elements, the first rank the first.
     *
     * @param tensor of one shape on all ranks; stays the caller's and may be overwritten
     * @return the caller's to close; where there is one rank, the tensor itself
     */
    Tensor reduceScatter(Tensor tensor);

    /**
     * The parts of all ranks behind one another.
     *
     * @return the caller's to close; where there is one rank, the part itself
     */
    Tensor allGather(Tensor part);

    /** Whether any rank wishes something, such as to stop. */
    boolean agree(boolean wish);
}
