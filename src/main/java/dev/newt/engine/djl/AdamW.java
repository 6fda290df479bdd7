package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.UpdateOps.AdamWStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** One update of a list of parameters, kernels/torch/optimizer.py. */
final class AdamW {
    private final TorchMemory memory;
    private final List<Slot> wide = new ArrayList<>();
    private final List<Slot> narrow = new ArrayList<>();

    /** One parameter with its gradient and moments. */
    private record Slot(TorchTensor parameter, TorchTensor gradient, TorchTensor first, TorchTensor second) {}

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
        this.memory = memory;
        for (int i = 0; i < count; i++) {
            Slot slot = new Slot(
                    memory.target(parameters.get(i)),
                    memory.own(gradients.get(i)),
                    memory.target(firstMoments.get(i)),
                    memory.target(secondMoments.get(i)));
            DType type = slot.parameter().dtype().accumulator();
            long[] dims = slot.parameter().shape().toArray();
            Check.floating("parameter", slot.parameter());
            Check.floating("gradient", slot.gradient());
            Check.shape("gradient", slot.gradient(), dims);
            Check.dtype("first moment", slot.first(), type);
            Check.shape("first moment", slot.first(), dims);
            Check.dtype("second moment", slot.second(), type);
            Check.shape("second moment", slot.second(), dims);
            boolean ofOneType =
                    slot.parameter().dtype() == type && slot.gradient().dtype() == type;
            (ofOneType ? wide : narrow).add(slot);
        }
    }

    void update(AdamWStep step) {
        Check.that(step.number() >= 1, "step " + step.number() + " of AdamW; the first is 1");
        // libtorch keeps the step in F32, exact to 2^24.
        try (TorchTensor count = memory.empty(DType.F32, Shape.of())) {
            memory.contents(count).putFloat(0, step.number());
            run(wide, count, step);
            for (Slot slot : narrow) {
                DType type = slot.first().dtype();
                try (TorchTensor parameter = cast(slot.parameter(), type);
                        TorchTensor gradient = cast(slot.gradient(), type)) {
                    Slot copy = new Slot(parameter, gradient, slot.first(), slot.second());
                    run(List.of(copy), count, step);
                    memory.kernels().run("copy_into", parameter, slot.parameter());
                }
            }
        }
    }

    private TorchTensor cast(TorchTensor tensor, DType type) {
        return memory.tensor(type, tensor.shape(), "cast", tensor, type);
    }

    private void run(List<Slot> slots, TorchTensor count, AdamWStep step) {
        if (!slots.isEmpty()) {
            memory.kernels()
                    .run(
                            "adamw",
                            slots.stream().map(Slot::parameter).toList(),
                            slots.stream().map(Slot::gradient).toList(),
                            slots.stream().map(Slot::first).toList(),
                            slots.stream().map(Slot::second).toList(),
                            Collections.nCopies(slots.size(), count),
                            step.learningRate(),
                            step.beta1(),
                            step.beta2(),
                            step.epsilon(),
                            step.weightDecay());
        }
    }
}
