package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * AdamW's constants.
 *
 * @param beta1 decay of the gradient's mean
 * @param beta2 decay of the gradient's square
 * @param epsilon added outside the bias-corrected root
 * @param weightDecay decoupled: {@code w -= learning rate * weightDecay * w}
 * @param groups parameters with a learning rate or decay of their own
 */
public record AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay, ParameterGroups groups)
        implements OptimizerSettings {
    /** PyTorch's and Hugging Face's defaults. */
    public static final AdamWSettings DEFAULT = new AdamWSettings(0.9, 0.999, 1e-8, 0);

    public AdamWSettings {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon >= 0 && weightDecay >= 0)) {
            throw new IllegalArgumentException("AdamW with betas " + beta1 + ", " + beta2 + ", epsilon " + epsilon
                    + ", weight decay " + weightDecay);
        }
    }

    public AdamWSettings(double beta1, double beta2, double epsilon, double weightDecay) {
        this(beta1, beta2, epsilon, weightDecay, ParameterGroups.HUGGING_FACE);
    }

    @Override
    public Optimizer create(Engine engine, List<? extends TrainableParameter> parameters) {
        return new AdamW(engine, parameters, this);
    }

    @Override
    public String name() {
        return "AdamW";
    }

    @Override
    public SortedMap<String, Double> constants() {
        return new TreeMap<>(Map.of("beta1", beta1, "beta2", beta2, "epsilon", epsilon, "weight decay", weightDecay));
    }

    @Override
    public int buffers() {
        return 2;
    }
}
