package dev.newt.optim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.Engine;
import dev.newt.weights.FloatCodec;
import dev.newt.weights.SafetensorsFile;
import dev.newt.weights.StoredTensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Twenty steps of each optimizer against the libraries' own (torch 2.13, bitsandbytes), from equal gradients: how far the end is from theirs,
 * over how far theirs moved, is under 1e-4 (b: 3e-4, since it moves little); so is the state.
 */
class GoldenOptimizersTest {
    private static final Path FOLDER = Path.of("src/test/resources/golden/optimizers");
    private static final int STEPS = 20;

    /** Every tensor has the run's decay, as in the recorded runs. */
    private static final ParameterGroups ALL_ALIKE = new ParameterGroups(List.of());

    private static Engine engine;

    @BeforeAll
    static void open() {
        engine = DjlEngine.create(1);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    static Stream<Arguments> recorded() {
        return Stream.of(
                Arguments.of("adamw_torch", new AdamWSettings(0.9, 0.999, 1e-8, 0.01, ALL_ALIKE), 0.001),
                Arguments.of("sgd", new SgdSettings(0, 0, false, 0.01, ALL_ALIKE), 0.05),
                Arguments.of("sgd_momentum_nesterov", new SgdSettings(0.9, 0, true, 0.01, ALL_ALIKE), 0.05),
                Arguments.of("sgd_momentum_dampening", new SgdSettings(0.9, 0.1, false, 0.01, ALL_ALIKE), 0.05),
                Arguments.of("lion_32bit", new LionSettings(0.9, 0.999, 0.01, ALL_ALIKE), 0.0001));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("recorded")
    void stepsAsTheLibraryDoes(String run, OptimizerSettings settings, double rate) {
        List<DenseTrainableParameter> parameters = new ArrayList<>();
        try (SafetensorsFile inputs = SafetensorsFile.open(FOLDER.resolve("inputs.safetensors"));
                SafetensorsFile end = SafetensorsFile.open(FOLDER.resolve(run + ".safetensors"))) {
            for (String name : List.of("a", "b", "c")) {
                StoredTensor start = inputs.tensor("param/" + name);
                parameters.add(new DenseTrainableParameter(
                        name, engine, engine.upload(floats(start), start.shape()), DType.F32));
            }
            try (Optimizer optimizer = settings.create(engine, parameters)) {
                for (int step = 0; step < STEPS; step++) {
                    for (DenseTrainableParameter parameter : parameters) {
                        float[] all = floats(inputs.tensor("grad/" + parameter.name()));
                        int size = all.length / STEPS;
                        parameter.accumulate(engine.upload(
                                Arrays.copyOfRange(all, step * size, (step + 1) * size), parameter.shape()));
                    }
                    optimizer.step(rate);
                    parameters.forEach(DenseTrainableParameter::clearGradient);
                }
                for (DenseTrainableParameter parameter : parameters) {
                    double apart = distance(
                            engine.downloadFloats(parameter.master()),
                            floats(end.tensor("final/" + parameter.name())),
                            floats(inputs.tensor("param/" + parameter.name())));
                    assertThat(apart)
                            .as("%s of %s", parameter.name(), run)
                            .isLessThan(parameter.name().equals("b") ? 3e-4 : 1e-4);
                }
                optimizer.state().forEach((name, tensor) -> {
                    String parameter = name.substring(name.indexOf('.') + 1);
                    Optional<StoredTensor> expected = Stream.of(name.substring(0, name.indexOf('.')), "state1")
                            .flatMap(buffer -> end.find("state/" + parameter + "/" + buffer).stream())
                            .findFirst();
                    float[] wanted = floats(expected.orElseThrow());
                    assertThat(distance(engine.downloadFloats(tensor), wanted, new float[wanted.length]))
                            .as(name)
                            .isLessThan(1e-5);
                });
                long elements = parameters.stream()
                        .mapToLong(parameter -> parameter.shape().elements())
                        .sum();
                assertThat(optimizer.stateBytes()).isEqualTo(settings.stateBytes(elements));
            }
        } finally {
            parameters.forEach(DenseTrainableParameter::close);
        }
    }

    private static float[] floats(StoredTensor tensor) {
        return FloatCodec.decode(tensor.buffer(), tensor.dtype());
    }

    private static double distance(float[] actual, float[] expected, float[] start) {
        double apart = 0;
        double moved = 0;
        for (int i = 0; i < expected.length; i++) {
            apart += Math.pow(actual[i] - (double) expected[i], 2);
            moved += Math.pow(expected[i] - (double) start[i], 2);
        }
        return Math.sqrt(apart / moved);
    }
}
