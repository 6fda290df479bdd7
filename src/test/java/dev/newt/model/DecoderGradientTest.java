package dev.newt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.newt.adapter.Lora;
import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.engine.djl.DjlEngine;
import dev.newt.model.family.Families;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.load.DecoderLoader;
import dev.newt.model.load.WeightUse;
import dev.newt.tensor.DType;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.TrainableParameter;
import dev.newt.tensor.Value;
import dev.newt.weights.ModelDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole way through tape, decoder and adapter, in 64 bits: gradients against central differences along random directions. */
class DecoderGradientTest {
    private static final int[] TOKENS = {1, 17, 300, 44, 5, 99, 200, 411, 7, 7, 23};
    private static final Segments SEGMENTS = Segments.ofLengths(6, 1, 4);
    private static final int[] POSITIONS = {0, 1, 4, 4, 7, 9};
    private static final int[] TARGETS = {17, 300, 99, 8, 7, 23};
    private static final long DROPOUT_KEY = 99;

    @ParameterizedTest
    @CsvSource({
        "llama, full, false",
        "llama, full, true",
        "llama, lora, false",
        "llama, lora, true",
        "llama, dora, true",
        "llama_tied, full, true",
        "mistral, lora, true",
        "qwen2, full, false",
        "qwen2, dora, false"
    })
    void gradientsAreTheSlopesOfTheLoss(String family, String method, boolean checkpointing) {
        try (DjlEngine engine = DjlEngine.create(1)) {
            try (Subject subject = subject(engine, family, method)) {
                Random random = new Random(11);
                randomise(engine, subject.trainable(), random);
                double loss = loss(engine, subject.decoder(), checkpointing, Backward.FUSED);
                assertThat(loss(engine, subject.decoder(), checkpointing, Backward.NONE))
                        .as("the loss where it is not asked for gradients")
                        .isCloseTo(loss, within(1e-9 * loss));
                for (TrainableParameter parameter : subject.trainable()) {
                    if (method.equals("dora") && parameter.name().contains("lora_A")
                            || method.equals("dora") && parameter.name().contains("lora_B")) {
                        continue; // DoRA's gradient takes the norm as a constant, the slope does not
                    }
                    Tensor gradient = parameter.gradient().orElseThrow();
                    double[] direction = direction((int) parameter.shape().elements(), random);
                    double expected = dot(doubles(engine, gradient), direction);
                    double step = 1e-5;
                    add(engine, parameter, direction, step);
                    double above = loss(engine, subject.decoder(), checkpointing, Backward.NONE);
                    add(engine, parameter, direction, -2 * step);
                    double below = loss(engine, subject.decoder(), checkpointing, Backward.NONE);
                    add(engine, parameter, direction, step);
                    double slope = (above - below) / (2 * step);
                    assertThat(slope)
                            .as("slope along a direction of %s", parameter.name())
                            .isCloseTo(expected, within(1e-6 * Math.max(1, Math.abs(expected))));
                }
            }
            assertThat(engine.allocatedBytes()).isZero();
        }
    }

    private record Subject(Decoder decoder, List<TrainableParameter> trainable) implements AutoCloseable {
        @Override
        public void close() {
            decoder.close();
        }
    }

    private static Subject subject(DjlEngine engine, String family, String method) {
        Path folder = Path.of("src/test/resources/golden").resolve(family).resolve("model");
        ModelConfig config = Families.read(folder.resolve("config.json"));
        boolean full = method.equals("full");
        try (ModelDirectory weights = ModelDirectory.open(folder)) {
            Decoder base = DecoderLoader.load(
                    config, weights, engine, DType.F64, slot -> full ? WeightUse.TRAINED : WeightUse.FROZEN);
            if (full) {
                List<TrainableParameter> all = new ArrayList<>();
                base.parameters().base().forEach(p -> all.add((TrainableParameter) p));
                return new Subject(base, all);
            }
            LoraSettings settings = new LoraSettings(
                    3, 6, 0.3, false, method.equals("dora"), Targets.ALL_LINEAR, List.of("model.norm", "lm_head"));
            Lora lora = Lora.initialise(base, settings, engine, 5);
            return new Subject(lora.decoder(), lora.trainable());
        }
    }

    /** B is zero at first, which would hide the gradient of A. */
    private static void randomise(DjlEngine engine, List<TrainableParameter> trainable, Random random) {
        for (TrainableParameter parameter : trainable) {
            add(engine, parameter, direction((int) parameter.shape().elements(), random), 1);
        }
    }

    private enum Backward {
        NONE,
        /** Together with the head's forward pass. */
        FUSED,
        /** From gradients that come later. */
        LATER
    }

    private static double loss(DjlEngine engine, Decoder decoder, boolean checkpointing, Backward backward) {
        try (Tape tape = Tape.training(engine, DROPOUT_KEY);
                Tensor positions = engine.upload(POSITIONS);
                Tensor targets = engine.upload(TARGETS);
                Tensor gradients = fill(engine, POSITIONS.length, -1)) {
            Value hidden = decoder.hidden(tape, TOKENS, SEGMENTS, checkpointing);
            Parameter head = decoder.parameters().head();
            Value logProbs = backward == Backward.FUSED
                    ? tape.tokenLogProbs(hidden, head, positions, targets, gradients)
                    : tape.tokenLogProbs(hidden, head, positions, targets);
            double loss = 0;
            for (double logProb : doubles(engine, logProbs.tensor())) {
                loss -= logProb;
            }
            if (backward == Backward.FUSED) {
                tape.backward();
            } else if (backward == Backward.LATER) {
                tape.backward(logProbs, gradients);
            }
            return loss;
        }
    }

    @Test
    void gradientsThatComeLaterGiveTheSame() {
        try (DjlEngine engine = DjlEngine.create(1);
                Subject subject = subject(engine, "llama_tied", "full")) {
            loss(engine, subject.decoder(), false, Backward.FUSED);
            List<double[]> fused = gradients(engine, subject);
            loss(engine, subject.decoder(), true, Backward.LATER);
            List<double[]> later = gradients(engine, subject);
            for (int i = 0; i < fused.size(); i++) {
                assertThat(later.get(i)).containsExactly(fused.get(i), within(1e-12));
            }
        }
    }

    private static List<double[]> gradients(DjlEngine engine, Subject subject) {
        List<double[]> gradients = new ArrayList<>();
        for (TrainableParameter parameter : subject.trainable()) {
            gradients.add(doubles(engine, parameter.gradient().orElseThrow()));
            parameter.clearGradient();
        }
        return gradients;
    }

    private static Tensor fill(DjlEngine engine, int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return upload(engine, values, Shape.of(count));
    }

    private static void add(DjlEngine engine, TrainableParameter parameter, double[] direction, double step) {
        double[] scaled = new double[direction.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = direction[i] * step;
        }
        try (Tensor change = upload(engine, scaled, parameter.shape())) {
            engine.addInto(change, parameter.master());
        }
        parameter.mastersChanged();
    }

    private static double[] direction(int length, Random random) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextGaussian() * 0.05;
        }
        return values;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static Tensor upload(DjlEngine engine, double[] values, Shape shape) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asDoubleBuffer().put(values);
        return engine.upload(buffer, DType.F64, shape);
    }

    private static double[] doubles(DjlEngine engine, Tensor tensor) {
        DoubleBuffer buffer =
                engine.download(tensor).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
        double[] values = new double[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
