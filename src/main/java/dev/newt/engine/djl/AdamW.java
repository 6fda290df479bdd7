package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.Tensor;
import java.util.List;

/** One update of a list of parameters, kernels/torch/optimizer.py. */
final class AdamW {
    private final Kernels kernels;
    private final List<TorchTensor> parameters;
    private final List<TorchTensor> gradients;
    private final List<TorchTensor> firstMoments;
    private final List<TorchTensor> secondMoments;

    AdamW(
            TorchMemory memory,
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<Tensor> firstMoments,
            List<Tensor> secondMoments) {
        int count = parameters.size();
        Check.that(
                gradients.size() == count && firstMoments.size() == count && secondMoments.size() == count,
                count + " parameters, " + gradients.size() + " gradients, " + firstMoments.size() + " and "
                        + secondMoments.size() + " moments");
        this.kernels = memory.kernels();
        this.parameters = parameters.stream().map(memory::target).toList();
        this.gradients = memory.own(gradients);
        this.firstMoments = firstMoments.stream().map(memory::target).toList();
        this.secondMoments = secondMoments.stream().map(memory::target).toList();
        for (int i = 0; i < count; i++) {
            TorchTensor parameter = this.parameters.get(i);
            DType wide = parameter.dtype().accumulator();
            long[] dims = parameter.shape().toArray();
            Check.floating("parameter", parameter);
            Check.floating("gradient", this.gradients.get(i));
            Check.shape("gradient", this.gradients.get(i), dims);
            Check.dtype("first moment", this.firstMoments.get(i), wide);
            Check.shape("first moment", this.firstMoments.get(i), dims);
            Check.dtype("second moment", this.secondMoments.get(i), wide);
            Check.shape("second moment", this.secondMoments.get(i), dims);
        }
    }

    void update(long step, double learningRate, double beta1, double beta2, double eps, double weightDecay) {
        Check.that(step >= 1, "step " + step + " of AdamW; the first is 1");
        if (!parameters.isEmpty()) {
            kernels.run(
                    "adamw",
                    parameters,
                    gradients,
                    firstMoments,
                    secondMoments,
                    step,
                    learningRate,
                    beta1,
                    beta2,
                    eps,
                    weightDecay);
        }
    }
}
