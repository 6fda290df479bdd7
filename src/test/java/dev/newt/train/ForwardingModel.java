package dev.newt.train;

import dev.newt.data.MicroBatch;
import dev.newt.tensor.TrainableParameter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A model that does what another does; subclasses disturb it. */
class ForwardingModel implements StepModel {
    private final StepModel model;

    ForwardingModel(StepModel model) {
        this.model = model;
    }

    @Override
    public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
        return model.forwardBackward(batch, lossScale, dropoutKey);
    }

    @Override
    public double evaluate(MicroBatch batch) {
        return model.evaluate(batch);
    }

    @Override
    public List<? extends TrainableParameter> trainable() {
        return model.trainable();
    }

    @Override
    public void parametersChanged() {
        model.parametersChanged();
    }

    @Override
    public void saveOutputs(Path directory) throws IOException {
        model.saveOutputs(directory);
    }

    @Override
    public long outputBytes() {
        return model.outputBytes();
    }
}
