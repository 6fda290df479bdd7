package dev.newt.tensor;

import java.util.List;
import java.util.Optional;

/** What changes weights, in place or for good: optimizers, the norm of gradients, merging. */
public interface UpdateOps {
    /** {@code tensors[i] *= factor} in place. */
    void scale(List<Tensor> tensors, double factor);

    /** The sum of the squares of all elements, summed in F32 or wider. */
    double squaredNorm(List<Tensor> tensors);

    /** {@code W + scale B A}, computed in the accumulator type, in W's type: what merging an adapter leaves. */
    Tensor mergeLowRank(Tensor weight, Tensor a, Tensor b, double scale, Optional<Tensor> magnitude);

    /**
     * AdamW (arXiv 1711.05101), decoupled decay, epsilon outside the bias-corrected root, in place. The lists are equally long.
     */
    void adamW(
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<Tensor> firstMoments,
            List<Tensor> secondMoments,
            AdamWStep step);

    /**
     * The numbers of one update by AdamW.
     *
     * @param number of the update, from 1
     */
    record AdamWStep(
            long number, double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {}

    /**
     * Any other optimizer's update, in place, by a kernel that the engine has under that name ({@code kernels/torch/optimizer.py}). Lists are
     * equally long; parameters and state are in the accumulator type, gradients of any floating type.
     *
     * @param state of each kind, such as momenta, one tensor a parameter and of its shape; a kernel without momentum gets none
     * @param numbers the kernel's constants, in its order
     */
    void update(
            String kernel,
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<List<Tensor>> state,
            double... numbers);
}
