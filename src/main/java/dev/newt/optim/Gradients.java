package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/** The norm of all gradients together, and clipping by it. */
public final class Gradients {
    private Gradients() {}

    /** The gradients of those parameters that have one. */
    public static List<Tensor> of(List<? extends Parameter> parameters) {
        return parameters.stream()
                .map(Parameter::gradient)
                .flatMap(Optional::stream)
                .toList();
    }

    /** The l2 norm of all elements together. */
    public static double norm(Engine engine, List<Tensor> gradients) {
        return gradients.isEmpty() ? 0 : Math.sqrt(engine.squaredNorm(gradients));
    }

    /** Scales the gradients down so that their norm is about {@code maxNorm}; smaller ones stay. */
    public static void clip(Engine engine, List<Tensor> gradients, double norm, double maxNorm) {
        double coefficient = clipCoefficient(norm, maxNorm);
        if (coefficient < 1) {
            engine.scale(gradients, coefficient);
        }
    }

    /** {@code min(1, maxNorm / (norm + 1e-6))}, as PyTorch's clip_grad_norm_ has it. */
    public static double clipCoefficient(double norm, double maxNorm) {
        return Math.min(1, maxNorm / (norm + 1e-6));
    }
}
