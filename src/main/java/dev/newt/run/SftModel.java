package dev.newt.run;

import dev.newt.data.MicroBatch;
import dev.newt.model.Decoder;
import dev.newt.objective.Sft;
import dev.newt.tensor.Engine;
import dev.newt.tensor.RouterBalance;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.tensor.Value;
import dev.newt.train.StepModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A decoder in supervised fine-tuning. */
public final class SftModel implements StepModel {
    private final Engine engine;
    private final Decoder decoder;
    private final List<? extends TrainableParameter> trainable;
    private final boolean checkpointing;
    private final Outputs outputs;
    private final RouterLoss routers;
    private Map<String, Double> metrics = Map.of();

    /** What the user takes away. */
    public interface Outputs {
        /** Nothing. */
        Outputs NONE = new Outputs() {
            @Override
            public void save(Path directory) {}

            @Override
            public long bytes() {
                return 0;
            }
        };

        void save(Path directory) throws IOException;

        /** About how many bytes {@link #save} writes. */
        long bytes();
    }

    public SftModel(
            Engine engine,
            Decoder decoder,
            List<? extends TrainableParameter> trainable,
            boolean checkpointing,
            Outputs outputs) {
        this.engine = engine;
        this.decoder = decoder;
        this.trainable = List.copyOf(trainable);
        this.checkpointing = checkpointing;
        this.outputs = outputs;
        this.routers = new RouterLoss(decoder.spec());
    }

    @Override
    public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
        if (batch.trainedTokens() == 0) {
            metrics = Map.of();
            return 0;
        }
        try (Tape tape = Tape.training(engine, dropoutKey);
                Targets targets = new Targets(engine, batch);
                Tensor dLogProbs = gradients(batch, lossScale)) {
            RouterBalance balance = routers.balance();
            tape.balance(balance);
            Value hidden =
                    decoder.hidden(tape, batch.tokenIds(), Segments.ofOffsets(batch.segmentOffsets()), checkpointing);
            Value logProbs = tape.tokenLogProbs(
                    hidden, decoder.parameters().head(), targets.positions, targets.targets, dLogProbs);
            double loss = Sft.loss(engine.downloadFloats(logProbs.tensor()));
            tape.backward();
            metrics = routers.metrics(balance, weight(batch));
            return loss + routers.summed(balance, lossScale);
        }
    }

    private Tensor gradients(MicroBatch batch, double lossScale) {
        int count = batch.trainedTokens();
        Tensor gradients = engine.upload(Sft.logProbGradients(count, lossScale), Shape.of(count));
        if (gradients.dtype() == decoder.compute().accumulator()) {
            return gradients;
        }
        try (gradients) {
            return engine.cast(gradients, decoder.compute().accumulator());
        }
    }

    @Override
    public double evaluate(MicroBatch batch) {
        if (batch.trainedTokens() == 0) {
            metrics = Map.of();
            return 0;
        }
        try (Tape tape = Tape.inference(engine);
                Targets targets = new Targets(engine, batch)) {
            RouterBalance balance = routers.balance();
            tape.balance(balance);
            Value hidden = decoder.hidden(tape, batch.tokenIds(), Segments.ofOffsets(batch.segmentOffsets()), false);
            Value logProbs =
                    tape.tokenLogProbs(hidden, decoder.parameters().head(), targets.positions, targets.targets);
            double loss = Sft.loss(engine.downloadFloats(logProbs.tensor()));
            metrics = routers.metrics(balance, weight(batch));
            return loss;
        }
    }

    @Override
    public Map<String, Double> metrics() {
        return metrics;
    }

    @Override
    public List<? extends TrainableParameter> trainable() {
        return trainable;
    }

    @Override
    public void parametersChanged() {
        trainable.forEach(TrainableParameter::mastersChanged);
    }

    @Override
    public void saveOutputs(Path directory) throws IOException {
        outputs.save(directory);
    }

    @Override
    public long outputBytes() {
        return outputs.bytes();
    }

    /** Where log-probabilities are wanted, and of which tokens. */
    private static final class Targets implements AutoCloseable {
        private final Tensor positions;
        private final Tensor targets;

        Targets(Engine engine, MicroBatch batch) {
            positions = engine.upload(batch.targetPositions());
            targets = engine.upload(batch.targets());
        }

        @Override
        public void close() {
            positions.close();
            targets.close();
        }
    }
}
