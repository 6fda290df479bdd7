package dev.newt.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class AdamWTest {
    private static Engine engine;
    private static JsonNode golden;

    @BeforeAll
    static void open() throws Exception {
        engine = DjlEngine.create(1);
        golden = LearningRateScheduleTest.resource("/optim/adamw.json");
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    /** PyTorch 2.13: a matrix with decay 0.1, a vector without, gradients clipped to norm 2. */
    @Test
    void updatesAsPyTorchDoes() {
        try (DenseTrainableParameter weight = parameter("layer.weight", Shape.of(3, 4));
                DenseTrainableParameter bias = parameter("layer.bias", Shape.of(4));
                Optimizer optimizer = settings().create(engine, List.of(weight, bias))) {
            for (JsonNode step : golden.get("steps")) {
                double norm = update(optimizer, weight, bias, step);
                assertThat(norm).isCloseTo(step.get("norm").asDouble(), within(2e-6));
                assertClose(engine.downloadFloats(weight.master()), step.get("weight"));
                assertClose(engine.downloadFloats(bias.master()), step.get("bias"));
            }
            assertThat(optimizer.updates()).isEqualTo(6);
        }
    }

    @Test
    void goesOnFromASavedStateBitForBit() {
        JsonNode steps = golden.get("steps");
        try (DenseTrainableParameter weight = parameter("layer.weight", Shape.of(3, 4));
                DenseTrainableParameter bias = parameter("layer.bias", Shape.of(4));
                Optimizer first = settings().create(engine, List.of(weight, bias));
                Optimizer second = settings().create(engine, List.of(weight, bias))) {
            for (int i = 0; i < 3; i++) {
                update(first, weight, bias, steps.get(i));
            }
            Map<String, float[]> moments = new HashMap<>();
            first.state().forEach((name, tensor) -> moments.put(name, engine.downloadFloats(tensor)));
            float[] middle = engine.downloadFloats(weight.master());
            float[] middleBias = engine.downloadFloats(bias.master());
            for (int i = 3; i < 6; i++) {
                update(first, weight, bias, steps.get(i));
            }
            float[] expected = engine.downloadFloats(weight.master());

            set(weight, middle);
            set(bias, middleBias);
            second.restore(
                    3,
                    name -> engine.upload(
                            moments.get(name), second.state().get(name).shape()));
            for (int i = 3; i < 6; i++) {
                update(second, weight, bias, steps.get(i));
            }
            assertThat(engine.downloadFloats(weight.master())).isEqualTo(expected);
            assertThat(moments)
                    .containsOnlyKeys(
                            "exp_avg.layer.weight",
                            "exp_avg_sq.layer.weight",
                            "exp_avg.layer.bias",
                            "exp_avg_sq.layer.bias");
        }
    }

    @Test
    void decaysMatricesAndAdaptersButNotNormsAndBiases() {
        assertThat(decayed("model.layers.0.self_attn.q_proj.weight", Shape.of(2, 2)))
                .isTrue();
        assertThat(decayed("model.norm.weight", Shape.of(2))).isFalse();
        assertThat(decayed("model.layers.0.self_attn.q_proj.bias", Shape.of(2))).isFalse();
        assertThat(decayed("base_model.model.model.layers.0.q_proj.lora_magnitude_vector", Shape.of(2)))
                .isTrue();
    }

    @Test
    void leavesAParameterWithoutGradientAlone() {
        try (DenseTrainableParameter weight = parameter("layer.weight", Shape.of(3, 4));
                Optimizer optimizer = settings().create(engine, List.of(weight))) {
            float[] before = engine.downloadFloats(weight.master());
            optimizer.step(0.1);
            assertThat(engine.downloadFloats(weight.master())).isEqualTo(before);
        }
    }

    @Test
    void clipsOnlyWhatIsAboveTheNorm() {
        assertThat(Gradients.clipCoefficient(4, 1)).isEqualTo(1 / 4.000001);
        assertThat(Gradients.clipCoefficient(0.5, 1)).isEqualTo(1);
        assertThat(Gradients.clipCoefficient(0, 1)).isEqualTo(1);
    }

    private static boolean decayed(String name, Shape shape) {
        try (DenseTrainableParameter parameter =
                new DenseTrainableParameter(name, engine, engine.zeros(DType.F32, shape), DType.F32)) {
            return ParameterGroups.HUGGING_FACE.of(parameter).decay() > 0;
        }
    }

    private static AdamWSettings settings() {
        return new AdamWSettings(
                golden.get("beta1").asDouble(),
                golden.get("beta2").asDouble(),
                golden.get("eps").asDouble(),
                golden.get("weight_decay").asDouble());
    }

    private static double update(
            Optimizer optimizer, DenseTrainableParameter weight, DenseTrainableParameter bias, JsonNode step) {
        weight.accumulate(engine.upload(floats(step.get("weight_gradient")), weight.shape()));
        bias.accumulate(engine.upload(floats(step.get("bias_gradient")), bias.shape()));
        List<Tensor> gradients = Gradients.of(List.of(weight, bias));
        double norm = Gradients.norm(engine, gradients);
        Gradients.clip(engine, gradients, norm, golden.get("max_norm").asDouble());
        optimizer.step(golden.get("lr").asDouble());
        weight.clearGradient();
        bias.clearGradient();
        return norm;
    }

    private static DenseTrainableParameter parameter(String name, Shape shape) {
        float[] initial = floats(golden.get("initial").get(name.substring(name.indexOf('.') + 1)));
        return new DenseTrainableParameter(name, engine, engine.upload(initial, shape), DType.F32);
    }

    private static void set(DenseTrainableParameter parameter, float[] values) {
        try (Tensor value = engine.upload(values, parameter.shape())) {
            engine.copyInto(value, parameter.master());
        }
    }

    private static float[] floats(JsonNode numbers) {
        float[] floats = new float[numbers.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers.get(i).asDouble();
        }
        return floats;
    }

    private static void assertClose(float[] actual, JsonNode expected) {
        float[] wanted = floats(expected);
        assertThat(actual).hasSameSizeAs(wanted);
        for (int i = 0; i < wanted.length; i++) {
            assertThat(actual[i]).isCloseTo(wanted[i], within(3e-7f));
        }
    }
}
