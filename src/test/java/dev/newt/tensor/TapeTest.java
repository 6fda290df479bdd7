package dev.newt.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.tensor.Linear.LowRank;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a tape keeps, for how long, and what it gives back. Arithmetic is the matter of the engine's tests. */
class TapeTest {
    private static final int TOKENS = 6;
    private static final int WIDTH = 8;
    private static final long ROW_BYTES = (long) TOKENS * WIDTH * Float.BYTES;

    private final Random random = new Random(1);
    private final List<AutoCloseable> open = new ArrayList<>();
    private DjlEngine engine;

    @BeforeEach
    void open() {
        engine = DjlEngine.create(1);
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        for (AutoCloseable closeable : open) {
            closeable.close();
        }
        assertThat(engine.allocatedBytes()).isZero();
        engine.close();
    }

    private Tensor draw(long... dims) {
        float[] values = new float[(int) Shape.of(dims).elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return engine.upload(values, Shape.of(dims));
    }

    private DenseTrainableParameter trainable(long... dims) {
        DenseTrainableParameter parameter = new DenseTrainableParameter("trained", engine, draw(dims), DType.F32);
        open.add(parameter);
        return parameter;
    }

    private Parameter frozen(long... dims) {
        Parameter parameter = new FrozenParameter("frozen", draw(dims));
        open.add(parameter);
        return parameter;
    }

    private Tensor gradient() {
        Tensor gradient = draw(TOKENS, WIDTH);
        open.add(gradient);
        return gradient;
    }

    private float[] gradientOf(Parameter parameter) {
        return engine.downloadFloats(parameter.gradient().orElseThrow());
    }

    /** Rows of a trained table, so that a gradient flows into them. */
    private Value input(Tape tape, Parameter table) {
        int[] ids = new int[(int) table.shape().dim(0)];
        Arrays.setAll(ids, i -> i);
        return tape.embedding(table, tape.constant(engine.upload(ids)).tensor());
    }

    // Frames

    @Test
    void onlyAFramesResultOutlivesIt() {
        Linear layer = Linear.of(frozen(WIDTH, WIDTH));
        try (Tape tape = Tape.inference(engine)) {
            Value x = tape.constant(draw(TOKENS, WIDTH));
            long before = engine.allocatedBytes();
            List<Value> inside = new ArrayList<>();
            Value result = tape.frame(x, input -> {
                inside.add(tape.linear(input, layer));
                Value inner = tape.frame(inside.get(0), y -> tape.add(y, tape.scale(y, 2)));
                assertThat(engine.allocatedBytes() - before).isEqualTo(2 * ROW_BYTES);
                return tape.activation(inner, Activation.SILU);
            });
            assertThat(engine.allocatedBytes() - before).isEqualTo(ROW_BYTES);
            assertThat(result.tensor().isOpen()).isTrue();
            assertThatThrownBy(() -> inside.get(0).tensor())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("used after its frame has ended");
        }
    }

    @Test
    void aFrameThatFailsReleasesWhatItMade() {
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = tape.constant(draw(TOKENS, WIDTH));
            long before = engine.allocatedBytes();
            assertThatThrownBy(() -> tape.frame(x, input -> {
                        tape.add(input, input);
                        throw new IllegalArgumentException("no");
                    }))
                    .hasMessage("no");
            assertThat(engine.allocatedBytes()).isEqualTo(before);
        }
    }

    // What the way back needs

    @Test
    void whatTheBackwardReadsOutlivesItsFrameUntilItIsUsed() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        DenseTrainableParameter weight = trainable(WIDTH, WIDTH);
        Tensor dY = gradient();
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = input(tape, table);
            long before = engine.allocatedBytes();
            Value y = tape.frame(x, input -> tape.linear(tape.scale(input, 3), Linear.of(weight)));
            assertThat(engine.allocatedBytes() - before)
                    .as("result and scaled input")
                    .isEqualTo(2 * ROW_BYTES);
            tape.backward(y, dY);
            long gradients = weight.gradient().orElseThrow().bytes()
                    + table.gradient().orElseThrow().bytes();
            long ids = (long) TOKENS * Long.BYTES;
            assertThat(engine.allocatedBytes() - before)
                    .as("result and gradients")
                    .isBetween(ROW_BYTES + gradients - ids, ROW_BYTES + gradients);
        }
    }

    @Test
    void aTapeThatIsClosedWithoutABackwardReleasesAll() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        Linear layer = Linear.of(trainable(WIDTH, WIDTH));
        long before = engine.allocatedBytes();
        Tape tape = Tape.training(engine, 0);
        Value y = tape.frame(input(tape, table), x -> tape.linear(x, layer));
        tape.checkpoint(y, x -> tape.linear(x, layer));
        assertThat(engine.allocatedBytes()).isGreaterThan(before);
        tape.close();
        assertThat(engine.allocatedBytes()).isEqualTo(before);
        assertThat(table.gradient()).isEmpty();
    }

    /** The second product reads the norm's output, yet of the norm only one number a row is kept. */
    @Test
    void cheapResultsAreMadeAgainInsteadOfKept() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        Linear layer = Linear.of(trainable(WIDTH, WIDTH));
        Parameter norm = frozen(WIDTH);
        Tensor dY = gradient();
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = input(tape, table);
            long before = engine.allocatedBytes();
            Value y = tape.frame(x, input -> tape.linear(tape.rmsNorm(input, norm, 1e-5), layer));
            long inverses = (long) TOKENS * Float.BYTES;
            assertThat(engine.allocatedBytes() - before).isEqualTo(ROW_BYTES + inverses);
            tape.backward(y, dY);
        }
        assertThat(layer.weight().gradient()).isPresent();
        assertThat(table.gradient()).isPresent();
    }

    @Test
    void nothingIsKeptWhereNothingIsTrained() {
        Linear layer = Linear.of(frozen(WIDTH, WIDTH));
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = tape.constant(draw(TOKENS, WIDTH));
            long before = engine.allocatedBytes();
            tape.frame(x, input -> tape.activation(tape.linear(tape.linear(input, layer), layer), Activation.GELU));
            assertThat(engine.allocatedBytes() - before).isEqualTo(ROW_BYTES);
        }
    }

    // Checkpoints

    /** A norm, a layer, an activation and a residual. */
    private UnaryOperator<Value> block(Tape tape, Linear layer, Parameter norm) {
        return x -> tape.frame(
                x,
                input -> tape.add(
                        input, tape.activation(tape.linear(tape.rmsNorm(input, norm, 1e-5), layer), Activation.SILU)));
    }

    /** A layer with an adapter that drops. */
    private Linear adapted(DenseTrainableParameter a, DenseTrainableParameter b) {
        return Linear.of(frozen(WIDTH, WIDTH)).withAdapter(new LowRank(a, b, Optional.empty(), 0.5, 0.4, 3));
    }

    @Test
    void aCheckpointKeepsItsInputAloneAndGivesTheSameGradientsBitForBit() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        DenseTrainableParameter a = trainable(2, WIDTH);
        DenseTrainableParameter b = trainable(WIDTH, 2);
        DenseTrainableParameter norm = trainable(WIDTH);
        Linear layer = adapted(a, b);
        Tensor dY = gradient();
        List<float[]> gradients = new ArrayList<>();
        List<Long> kept = new ArrayList<>();
        for (boolean checkpoint : new boolean[] {false, true}) {
            try (Tape tape = Tape.training(engine, 77)) {
                Value x = input(tape, table);
                long before = engine.allocatedBytes();
                for (int i = 0; i < 3; i++) {
                    UnaryOperator<Value> block = block(tape, layer, norm);
                    x = checkpoint ? tape.checkpoint(x, block) : tape.frame(x, block);
                }
                kept.add(engine.allocatedBytes() - before);
                tape.backward(x, dY);
            }
            for (DenseTrainableParameter parameter : List.of(table, a, b, norm)) {
                gradients.add(gradientOf(parameter));
                parameter.clearGradient();
            }
        }
        assertThat(kept.get(1)).as("outputs of three blocks").isEqualTo(3 * ROW_BYTES);
        assertThat(kept.get(0)).isGreaterThan(kept.get(1));
        for (int i = 0; i < 4; i++) {
            assertThat(gradients.get(4 + i)).containsExactly(gradients.get(i));
        }
    }

    @Test
    void checkpointsNest() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        DenseTrainableParameter norm = trainable(WIDTH);
        Linear layer = Linear.of(frozen(WIDTH, WIDTH));
        Tensor dY = gradient();
        List<float[]> gradients = new ArrayList<>();
        for (boolean nested : new boolean[] {false, true}) {
            try (Tape tape = Tape.training(engine, 0)) {
                UnaryOperator<Value> one = block(tape, layer, norm);
                UnaryOperator<Value> two = nested
                        ? x -> tape.checkpoint(tape.checkpoint(x, one), one)
                        : x -> tape.frame(tape.frame(x, one), one);
                Value x = input(tape, table);
                tape.backward(nested ? tape.checkpoint(x, two) : tape.frame(x, two), dY);
            }
            gradients.add(gradientOf(norm));
            gradients.add(gradientOf(table));
            norm.clearGradient();
            table.clearGradient();
        }
        assertThat(gradients.get(2)).containsExactly(gradients.get(0));
        assertThat(gradients.get(3)).containsExactly(gradients.get(1));
    }

    // Gradients

    @Test
    void gradientsOfAValueUsedTwiceAndOfASecondPassAdd() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        Tensor dY = gradient();
        float[] one = engine.downloadFloats(dY);
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = input(tape, table);
            tape.backward(tape.add(tape.add(x, tape.scale(x, 3)), x), dY);
        }
        float[] sum = gradientOf(table);
        for (int i = 0; i < sum.length; i++) {
            assertThat(sum[i]).as("x + 3 x + x").isEqualTo(5 * one[i], within(1e-5f));
        }
        try (Tape tape = Tape.training(engine, 0)) {
            tape.backward(input(tape, table), dY);
        }
        float[] more = gradientOf(table);
        for (int i = 0; i < sum.length; i++) {
            assertThat(more[i]).as("a second pass").isEqualTo(sum[i] + one[i]);
        }
        assertThat(engine.downloadFloats(dY)).as("the caller's").containsExactly(one);
    }

    @Test
    void slicesGiveTheirGradientsBackInPlace() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        Tensor dY = engine.upload(new float[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, Shape.of(TOKENS, 2));
        open.add(dY);
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = input(tape, table);
            // Two groups of four columns: the second of each, and twice the last of each.
            Value second = tape.slice(x, 2, 1, 1);
            Value last = tape.scale(tape.slice(x, 2, 3, 1), 2);
            tape.backward(tape.add(second, last), dY);
        }
        float[] d = gradientOf(table);
        for (int t = 0; t < TOKENS; t++) {
            float left = 2 * t + 1;
            float right = 2 * t + 2;
            assertThat(Arrays.copyOfRange(d, t * WIDTH, (t + 1) * WIDTH))
                    .containsExactly(0, left, 0, 2 * left, 0, right, 0, 2 * right);
        }
    }

    @Test
    void aNarrowWeightNormsEveryHeadByItself() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        DenseTrainableParameter weight = trainable(WIDTH / 2);
        DenseTrainableParameter heads = trainable(TOKENS * 2L, WIDTH / 2);
        try (Tensor view = engine.reshape(table.master(), heads.shape())) {
            engine.copyInto(view, heads.master());
        }
        Tensor dY = gradient();
        Tensor dHeads = engine.reshape(dY, heads.shape());
        open.add(dHeads);
        float[] y;
        try (Tape tape = Tape.training(engine, 0)) {
            Value normed = tape.rmsNorm(input(tape, table), weight, 1e-5);
            assertThat(normed.shape()).isEqualTo(Shape.of(TOKENS, WIDTH));
            y = engine.downloadFloats(normed.tensor());
            tape.backward(normed, dY);
        }
        float[] dWeight = gradientOf(weight);
        weight.clearGradient();
        try (Tape tape = Tape.training(engine, 0)) {
            Value normed = tape.rmsNorm(input(tape, heads), weight, 1e-5);
            assertThat(engine.downloadFloats(normed.tensor())).containsExactly(y);
            tape.backward(normed, dHeads);
        }
        assertThat(gradientOf(weight)).containsExactly(dWeight);
        assertThat(gradientOf(heads)).containsExactly(gradientOf(table));
    }

    @Test
    void aNormWhoseWidthDoesNotDivideTheRowsIsRefused() {
        Parameter weight = frozen(3);
        try (Tape tape = Tape.inference(engine)) {
            Value x = tape.constant(draw(TOKENS, WIDTH));
            assertThatThrownBy(() -> tape.rmsNorm(x, weight, 1e-5))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("frozen of 3 elements");
        }
    }

    // Adapters

    @Test
    void withoutAdaptersTheBaseAnswersAndTheyGetNoGradient() {
        DenseTrainableParameter table = trainable(TOKENS, WIDTH);
        DenseTrainableParameter a = trainable(2, WIDTH);
        DenseTrainableParameter b = trainable(WIDTH, 2);
        Linear with = adapted(a, b);
        Linear without = Linear.of(with.weight());
        Tensor dY = gradient();
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = input(tape, table);
            float[] base = engine.downloadFloats(tape.linear(x, without).tensor());
            Value off = tape.adapters(false).linear(x, with);
            assertThat(engine.downloadFloats(off.tensor())).containsExactly(base);
            Value on = tape.adapters(true).linear(x, with);
            assertThat(engine.downloadFloats(on.tensor())).isNotEqualTo(base);
            tape.backward(off, dY);
        }
        assertThat(a.gradient()).isEmpty();
        assertThat(b.gradient()).isEmpty();
        assertThat(table.gradient()).isPresent();
    }

    @Test
    void aTrainedWeightWithAnAdapterIsRefused() {
        Linear layer = Linear.of(trainable(WIDTH, WIDTH))
                .withAdapter(new LowRank(trainable(2, WIDTH), trainable(WIDTH, 2), Optional.empty(), 1, 0, 0));
        try (Tape tape = Tape.training(engine, 0)) {
            Value x = tape.constant(draw(TOKENS, WIDTH));
            refuses(() -> tape.linear(x, layer), "trained: a trainable weight with an adapter");
        }
    }

    // Inference

    @Test
    void inferenceNeedsTheForwardHalfAlone() {
        assertThat(doubled(engine, new float[] {1, -2})).containsExactly(2, -4);
    }

    private static <E extends Memory & ForwardOps> float[] doubled(E half, float[] values) {
        try (Tape tape = Tape.inference(half)) {
            Value x = tape.constant(half.upload(values, Shape.of(1, 2)));
            return half.downloadFloats(
                    tape.checkpoint(x, input -> tape.add(input, input)).tensor());
        }
    }

    @Test
    void whatOnlyOneKindOfTapeCanDoIsRefusedByTheOther() {
        AttentionSpec heads = new AttentionSpec(2, 1, 4, 0.5, OptionalInt.empty());
        try (Tape inference = Tape.inference(engine);
                Tape training = Tape.training(engine, 0);
                KvCache cache = engine.newKvCache(List.of(heads), 1, TOKENS, DType.F32)) {
            Value x = inference.constant(draw(TOKENS, WIDTH));
            Value k = inference.constant(draw(TOKENS, WIDTH / 2));
            Value y = training.constant(draw(TOKENS, WIDTH));
            refuses(inference::backward, "an inference tape has nothing to go back on");
            refuses(() -> training.attention(y, k, k, cache, 0, heads), "a key-value cache has no backward");
            refuses(() -> training.rows(y, 0, 1), "rows has no backward");
            cache.expect(Segments.ofLengths(TOKENS), 0);
            assertThat(inference.attention(x, k, k, cache, 0, heads).shape()).isEqualTo(x.shape());
            assertThat(inference.rows(x, 1, 3).shape()).isEqualTo(Shape.of(2, WIDTH));
        }
    }

    private static void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class).hasMessage(message);
    }
}
