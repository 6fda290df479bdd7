package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Lion (arXiv 2302.06675), as bitsandbytes' lion_32bit has it.
 *
 * @param beta1 share of the momentum in the direction of a step
 * @param beta2 memory of the momentum
 * @param weightDecay decoupled: {@code w -= learning rate * weightDecay * w}, before the step
 * @param groups parameters with a learning rate or decay of their own
 */
public record LionSettings(double beta1, double beta2, double weightDecay, ParameterGroups groups)
        implements OptimizerSettings {
    public LionSettings {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && weightDecay >= 0)) {
            throw new IllegalArgumentException(
                    "Lion with betas " + beta1 + ", " + beta2 + ", weight decay " + weightDecay);
        }
    }

    @Override
    public Optimizer create(Engine engine, List<? extends TrainableParameter> parameters) {
        return new Lion(engine, parameters, this);
    }

    @Override
    public String name() {
        return "Lion";
    }

    @Override
    public SortedMap<String, Double> constants() {
        return new TreeMap<>(Map.of("beta1", beta1, "beta2", beta2, "weight decay", weightDecay));
    }

    @Override
    public int buffers() {
        return 1;
    }
}
