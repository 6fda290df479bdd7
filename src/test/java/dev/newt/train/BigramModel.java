package dev.newt.train;

import dev.newt.data.MicroBatch;
import dev.newt.io.AtomicFiles;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Keys;
import dev.newt.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The smallest language model that can be trained: the next token's logits are a row of a table plus a bias, with dropout on the row. */
class BigramModel implements StepModel, AutoCloseable {
    static final int VOCABULARY = 7;

    /** A key that drops nothing. */
    static final long NO_DROPOUT = 0;

    private static final double DROPOUT = 0.1;

    private final Engine engine;
    private final DenseTrainableParameter table;
    private final DenseTrainableParameter bias;
    private float[] tableValues;
    private float[] biasValues;

    BigramModel(Engine engine) {
        this.engine = engine;
        float[] initial = new float[VOCABULARY * VOCABULARY];
        for (int i = 0; i < initial.length; i++) {
            initial[i] = (i % 5 - 2) * 0.1f;
        }
        table = parameter("table.weight", initial, Shape.of(VOCABULARY, VOCABULARY));
        bias = parameter("table.bias", new float[VOCABULARY], Shape.of(VOCABULARY));
        parametersChanged();
    }

    private DenseTrainableParameter parameter(String name, float[] values, Shape shape) {
        return new DenseTrainableParameter(name, engine, engine.upload(values, shape), DType.F32);
    }

    @Override
    public double forwardBackward(MicroBatch batch, double lossScale, long dropoutKey) {
        float[] dTable = new float[tableValues.length];
        float[] dBias = new float[biasValues.length];
        double loss = 0;
        for (int i = 0; i < batch.targets().length; i++) {
            int row = batch.tokenIds()[batch.targetPositions()[i]] * VOCABULARY;
            double[] mask = new double[VOCABULARY];
            for (int v = 0; v < VOCABULARY; v++) {
                double draw = (Keys.mix(dropoutKey, (long) i * VOCABULARY + v) >>> 11) * 0x1p-53;
                mask[v] = dropoutKey == NO_DROPOUT ? 1 : draw < DROPOUT ? 0 : 1 / (1 - DROPOUT);
            }
            double[] probabilities = probabilities(row, mask);
            loss -= Math.log(probabilities[batch.targets()[i]]);
            for (int v = 0; v < VOCABULARY; v++) {
                double d = lossScale * (probabilities[v] - (v == batch.targets()[i] ? 1 : 0));
                dTable[row + v] += (float) (d * mask[v]);
                dBias[v] += (float) d;
            }
        }
        table.accumulate(engine.upload(dTable, table.shape()));
        bias.accumulate(engine.upload(dBias, bias.shape()));
        return loss;
    }

    @Override
    public double evaluate(MicroBatch batch) {
        double[] all = new double[VOCABULARY];
        Arrays.fill(all, 1);
        double loss = 0;
        for (int i = 0; i < batch.targets().length; i++) {
            int row = batch.tokenIds()[batch.targetPositions()[i]] * VOCABULARY;
            loss -= Math.log(probabilities(row, all)[batch.targets()[i]]);
        }
        return loss;
    }

    private double[] probabilities(int row, double[] mask) {
        double[] exp = new double[VOCABULARY];
        double sum = 0;
        for (int v = 0; v < VOCABULARY; v++) {
            exp[v] = Math.exp(tableValues[row + v] * mask[v] + biasValues[v]);
            sum += exp[v];
        }
        for (int v = 0; v < VOCABULARY; v++) {
            exp[v] /= sum;
        }
        return exp;
    }

    @Override
    public List<DenseTrainableParameter> trainable() {
        return List.of(table, bias);
    }

    @Override
    public void parametersChanged() {
        tableValues = engine.downloadFloats(table.master());
        biasValues = engine.downloadFloats(bias.master());
    }

    /** All weights, bit by bit. */
    byte[] bits() {
        ByteBuffer bytes = ByteBuffer.allocate((tableValues.length + biasValues.length) * Float.BYTES);
        for (float value : tableValues) {
            bytes.putFloat(value);
        }
        for (float value : biasValues) {
            bytes.putFloat(value);
        }
        return bytes.array();
    }

    @Override
    public void saveOutputs(Path directory) throws IOException {
        AtomicFiles.writeBytes(directory.resolve("model.bin"), bits());
    }

    @Override
    public long outputBytes() {
        return (long) (tableValues.length + biasValues.length) * Float.BYTES;
    }

    @Override
    public void close() {
        table.close();
        bias.close();
    }
}
