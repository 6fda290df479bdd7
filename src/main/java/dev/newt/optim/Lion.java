package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.util.List;

/** Lion: steps of one size, by the sign of a mix of momentum and gradient. Its state is {@code exp_avg}. */
final class Lion extends SlottedOptimizer {
    private final LionSettings settings;

    Lion(Engine engine, List<? extends TrainableParameter> parameters, LionSettings settings) {
        super(engine, parameters, settings.groups(), settings.weightDecay(), "exp_avg");
        this.settings = settings;
    }

    @Override
    void update(Engine on, Batch batch, long update, double learningRate, double decay) {
        on.update(
                "lion",
                batch.parameters(),
                batch.gradients(),
                batch.state(),
                learningRate,
                settings.beta1(),
                settings.beta2(),
                decay);
    }
}
