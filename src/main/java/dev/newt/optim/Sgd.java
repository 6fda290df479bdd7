package dev.newt.optim;

import dev.newt.tensor.Engine;
import dev.newt.tensor.TrainableParameter;
import java.util.List;

/** Stochastic gradient descent, with torch's {@code momentum_buffer} where there is momentum. */
final class Sgd extends SlottedOptimizer {
    private final SgdSettings settings;

    Sgd(Engine engine, List<? extends TrainableParameter> parameters, SgdSettings settings) {
        super(engine, parameters, settings.groups(), settings.weightDecay(), buffers(settings));
        this.settings = settings;
    }

    private static String[] buffers(SgdSettings settings) {
        return settings.buffers() == 0 ? new String[0] : new String[] {"momentum_buffer"};
    }

    @Override
    void update(Engine on, Batch batch, long update, double learningRate, double decay) {
        // The first gradient enters the velocity whole, whatever the dampening.
        on.update(
                "sgd",
                batch.parameters(),
                batch.gradients(),
                batch.state(),
                learningRate,
                settings.momentum(),
                update == 1 ? 0 : settings.dampening(),
                settings.nesterov() ? 1 : 0,
                decay);
    }
}
