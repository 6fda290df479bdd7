package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Stochastic gradient descent as torch.optim.SGD has it.
 *
 * @param momentum memory of the velocity; 0 keeps none
 * @param dampening share of a gradient that does not enter the velocity
 * @param nesterov whether the step looks one momentum ahead; wants momentum and no dampening
 * @param weightDecay coupled: {@code gradient += weightDecay * w}
 * @param groups parameters with a learning rate or decay of their own
 */
public record SgdSettings(
        double momentum, double dampening, boolean nesterov, double weightDecay, ParameterGroups groups)
        implements OptimizerSettings {
    public SgdSettings {
        if (!(momentum >= 0 && weightDecay >= 0) || !Double.isFinite(dampening)) {
            throw new IllegalArgumentException(
                    "SGD with momentum " + momentum + ", dampening " + dampening + ", weight decay " + weightDecay);
        }
        if (nesterov && (momentum == 0 || dampening != 0)) {
            throw new IllegalArgumentException("nesterov wants a momentum and no dampening");
        }
    }

    @Override
    public Optimizer create(Engine engine, List<? extends TrainableParameter> parameters) {
        return new Sgd(engine, parameters, this);
    }

    @Override
    public String name() {
        return "SGD";
    }

    @Override
    public SortedMap<String, Double> constants() {
        return new TreeMap<>(Map.of("dampening", dampening, "momentum", momentum, "weight decay", weightDecay));
    }

    @Override
    public int buffers() {
        return momentum > 0 ? 1 : 0;
    }
}
