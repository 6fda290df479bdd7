package dev.newt.engine.djl;

import dev.newt.tensor.DType;
import dev.newt.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One update of a list of parameters by a kernel of kernels/torch/optimizer.py. */
final class OptimizerUpdate {
    private final TorchMemory memory;
    private final List<TorchTensor> parameters;
    private final List<TorchTensor> gradients;
    private final List<TorchTensor> state = new ArrayList<>();

    OptimizerUpdate(TorchMemory memory, List<Tensor> parameters, List<Tensor> gradients, List<List<Tensor>> state) {
        int count = parameters.size();
        Check.that(gradients.size() == count, count + " parameters, " + gradients.size() + " gradients");
        this.memory = memory;
        this.parameters = parameters.stream().map(memory::target).toList();
        this.gradients = memory.own(gradients);
        for (List<Tensor> kind : state) {
            Check.that(kind.size() == count, count + " parameters, " + kind.size() + " tensors of state");
            kind.forEach(tensor -> this.state.add(memory.target(tensor)));
        }
        for (int i = 0; i < count; i++) {
            TorchTensor parameter = this.parameters.get(i);
            DType type = parameter.dtype().accumulator();
            long[] dims = parameter.shape().toArray();
            Check.floating("parameter", parameter);
            Check.dtype("parameter", parameter, type);
            Check.floating("gradient", this.gradients.get(i));
            Check.shape("gradient", this.gradients.get(i), dims);
            for (int kind = 0; kind < state.size(); kind++) {
                TorchTensor tensor = this.state.get(kind * count + i);
                Check.dtype("state", tensor, type);
                Check.shape("state", tensor, dims);
            }
        }
    }

    /** The kernel gets the tensors of all kinds of state in one list, one kind behind the other. */
    void run(String kernel, double... numbers) {
        if (parameters.isEmpty()) {
            return;
        }
        List<Object> arguments = new ArrayList<>(List.of(parameters, gradients, state));
        for (double number : numbers) {
            arguments.add(number);
        }
        memory.kernels().run(kernel, arguments.toArray());
    }
}
