package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import dev.newt.tensor.UpdateOps.AdamWStep;
import java.util.List;

/** AdamW (arXiv 1711.05101) with its moments in the accumulator type: {@code exp_avg} and {@code exp_avg_sq}. */
final class AdamW extends SlottedOptimizer {
    private final AdamWSettings settings;

    AdamW(Engine engine, List<? extends TrainableParameter> parameters, AdamWSettings settings) {
        super(engine, parameters, settings.groups(), settings.weightDecay(), "exp_avg", "exp_avg_sq");
        this.settings = settings;
    }

    @Override
    void update(Engine on, Batch batch, long update, double learningRate, double decay) {
        on.adamW(
                batch.parameters(),
                batch.gradients(),
                batch.state().get(0),
                batch.state().get(1),
                new AdamWStep(update, learningRate, settings.beta1(), settings.beta2(), settings.epsilon(), decay));
    }
}
