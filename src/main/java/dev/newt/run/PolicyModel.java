package dev.newt.run;

import dev.newt.data.MicroBatch;
import dev.newt.model.Decoder;
import dev.newt.objective.Objective;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A decoder trained by an objective whose gradient follows from the log-probabilities of a whole micro batch. */
public final class PolicyModel implements StepModel {
    private final Engine engine;
    private final Decoder decoder;
    private final Optional<Decoder> reference;
    private final Objective objective;
    private final List<? extends TrainableParameter> trainable;
    private final boolean checkpointing;
    private final SftModel.Outputs outputs;
    private final RouterLoss routers;
    private Map<String, Double> metrics = Map.of();

    /**
     * @param reference the frozen copy that the objective compares with; absent: the decoder itself with its adapters off
     */
    public PolicyModel(
            Engine engine,
            Decoder decoder,
            Optional<Decoder> reference,
            Objective objective,
            List<? extends TrainableParameter> trainable,
            boolean checkpointing,
            SftModel.Outputs outputs) {
        this.engine = engine;
        this.decoder = decoder;
        this.reference = reference;
        this.objective = objective;
        this.trainable = List.copyOf(trainable);
        this.checkpointing = checkpointing;
        this.outputs = outputs;
        this.routers = new RouterLoss(decoder.spec());
    }

    @Override
    public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
        float[] base = referenceLogProbs(batch);
        try (Tape tape = Tape.training(engine, dropoutKey);
                Tensor positions = engine.upload(batch.targetPositions());
                Tensor targets = engine.upload(batch.targets())) {
            RouterBalance balance = routers.balance();
            tape.balance(balance);
            Value logProbs = logProbs(tape, decoder, batch, positions, targets, checkpointing);
            Objective.Result result = objective.of(batch, engine.downloadFloats(logProbs.tensor()), base);
            float[] scaled = result.gradients().clone();
            for (int i = 0; i < scaled.length; i++) {
                scaled[i] = (float) (scaled[i] * lossScale);
            }
            try (Tensor uploaded = engine.upload(scaled, Shape.of(scaled.length));
                    Tensor gradient = engine.cast(uploaded, logProbs.tensor().dtype())) {
                tape.backward(logProbs, gradient);
            }
            metrics = joined(result.metrics(), routers.metrics(balance, weight(batch)));
            return result.summedLoss() + routers.summed(balance, lossScale);
        }
    }

    @Override
    public double evaluate(MicroBatch batch) {
        float[] base = referenceLogProbs(batch);
        RouterBalance balance = routers.balance();
        Objective.Result result = objective.of(batch, logProbs(decoder, batch, true, balance), base);
        metrics = joined(result.metrics(), routers.metrics(balance, weight(batch)));
        return result.summedLoss();
    }

    private static Map<String, Double> joined(Map<String, Double> own, Map<String, Double> ofRouters) {
        Map<String, Double> all = new LinkedHashMap<>(own);
        all.putAll(ofRouters);
        return all;
    }

    private float[] referenceLogProbs(MicroBatch batch) {
        if (!objective.needsReference()) {
            return new float[0];
        }
        return reference
                .map(copy -> logProbs(copy, batch, true, routers.balance()))
                .orElseGet(() -> logProbs(decoder, batch, false, routers.balance()));
    }

    private float[] logProbs(Decoder of, MicroBatch batch, boolean adapters, RouterBalance balance) {
        try (Tape tape = Tape.inference(engine).adapters(adapters).balance(balance);
                Tensor positions = engine.upload(batch.targetPositions());
                Tensor targets = engine.upload(batch.targets())) {
            return engine.downloadFloats(
                    logProbs(tape, of, batch, positions, targets, false).tensor());
        }
    }

    private static Value logProbs(
            Tape tape, Decoder of, MicroBatch batch, Tensor positions, Tensor targets, boolean checkpointing) {
        Value hidden = of.hidden(tape, batch.tokenIds(), Segments.ofOffsets(batch.segmentOffsets()), checkpointing);
        return tape.tokenLogProbs(hidden, of.parameters().head(), positions, targets);
    }

    @Override
    public double weight(MicroBatch batch) {
        return objective.weight(batch);
    }

    @Override
    public boolean hasPerplexity() {
        return false;
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
}
