package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.engine.djl.Oracle;
import dev.newt.tensor.BackwardOps.CombineGradients;
import dev.newt.tensor.DType;
import dev.newt.tensor.DenseTrainableParameter;
import dev.newt.tensor.ForwardOps.RouteOutput;
import dev.newt.tensor.Linear;
import dev.newt.tensor.RouterBalance;
import dev.newt.tensor.Routing;
import dev.newt.tensor.RoutingSpec;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Mixtures of experts. */
abstract class ExpertContract extends OperationContract {
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void routingAgreesWithAutograd(DType type) {
        for (int draw = 0; draw < 8; draw++) {
            oracle.seed(draw);
            int tokens = oracle.between(1, 40);
            int experts = oracle.between(2, 9);
            RoutingSpec spec = new RoutingSpec(oracle.between(1, experts), draw % 2 == 0);
            Tensor logits = oracle.random(type, tokens, experts);
            Tensor dWeights = oracle.random(type.accumulator(), tokens, spec.topK());
            boolean balanced = draw % 3 == 0;
            Tensor balance = balanced
                    ? oracle.random(type.accumulator(), experts)
                    : oracle.keep(oracle.engine.zeros(type.accumulator(), Shape.of(experts)));
            List<double[]> expected = oracle.run("route", logits, spec.topK(), spec.renormalise(), balance, dWeights);
            RouteOutput output = oracle.engine.route(logits, spec);
            List.of(output.weights(), output.experts(), output.probabilities(), output.probabilitySums())
                    .forEach(oracle::keep);
            Tensor dLogits = oracle.engine.routeBackward(
                    dWeights, output, balanced ? Optional.of(balance) : Optional.empty(), spec, type);
            assertThat(dLogits.dtype()).isEqualTo(type);
            oracle.close("weights", output.weights(), expected.get(0), type);
            oracle.close("probabilities", output.probabilities(), expected.get(1), type);
            oracle.close("dLogits", dLogits, expected.get(2), type);
        }
    }

    @Test
    void combiningSumsEachTokensRowsAndGoesBack() {
        // Two tokens of two rows each, in parts of one and of three rows.
        Tensor first = oracle.keep(oracle.engine.upload(new float[] {1, 2}, Shape.of(1, 2)));
        Tensor rest = oracle.keep(oracle.engine.upload(new float[] {10, 20, 100, 200, 1000, 2000}, Shape.of(3, 2)));
        Tensor places = places(2, 0, 3, 2, 1);
        Tensor tokens = oracle.keep(oracle.engine.upload(new int[] {0, 1, 1, 0}));
        Tensor weights = oracle.keep(oracle.engine.upload(new float[] {1, 0.5f, 0.25f, 2}, Shape.of(2, 2)));
        List<Tensor> parts = List.of(first, rest);
        assertThat(oracle.values(oracle.keep(oracle.engine.combine(parts, places, Optional.empty()))))
                .containsExactly(1001, 2002, 110, 220);
        assertThat(oracle.values(oracle.keep(oracle.engine.combine(parts, places, Optional.of(weights)))))
                .containsExactly(501, 1002, 45, 90);
        Tensor dOut = oracle.keep(oracle.engine.upload(new float[] {1, 2, 3, 4}, Shape.of(2, 2)));
        CombineGradients gradients = oracle.engine.combineBackward(dOut, parts, tokens, places, weights);
        gradients.dParts().forEach(oracle::keep);
        assertThat(oracle.values(oracle.keep(gradients.dWeights()))).containsExactly(5, 5000, 1100, 110);
        assertThat(oracle.values(gradients.dParts().get(0))).containsExactly(1, 2);
        assertThat(oracle.values(gradients.dParts().get(1))).containsExactly(6, 8, 0.75, 1, 0.5, 1);
    }

    private Tensor places(int width, int... values) {
        Tensor flat = oracle.keep(oracle.engine.upload(values));
        return oracle.keep(oracle.engine.reshape(flat, Shape.of(values.length / width, width)));
    }

    /** More experts than tokens too: some have none. */
    @ParameterizedTest
    @CsvSource({"F64, false", "F64, true", "F32, false", "F32, true"})
    void aMixtureOnATapeAgreesWithAutograd(DType type, boolean checkpointing) {
        for (int draw = 0; draw < 6; draw++) {
            oracle.seed(draw);
            int tokens = draw == 1 ? 1 : oracle.between(1, 50);
            int count = oracle.between(2, 12);
            int in = oracle.between(1, 20);
            int out = oracle.between(1, 20);
            RoutingSpec spec = new RoutingSpec(oracle.between(1, Math.min(3, count)), draw % 2 == 0);
            double weight = draw == 0 ? 0 : 0.7;
            Tensor x = oracle.random(type, tokens, in);
            Tensor router = oracle.random(type, count, in);
            Tensor experts = oracle.random(type, count, out, in);
            Tensor dY = oracle.random(type, tokens, out);
            List<double[]> expected =
                    oracle.run("mixture", x, router, experts, spec.topK(), spec.renormalise(), weight, dY);
            // The input is the output of a linear layer, so that its gradient can be seen.
            DenseTrainableParameter input = trainable(oracle.engine.cast(x, type), tokens, in);
            DenseTrainableParameter gate = trainable(oracle.engine.cast(router, type), count, in);
            List<DenseTrainableParameter> matrices = new ArrayList<>();
            for (int e = 0; e < count; e++) {
                matrices.add(trainable(oracle.engine.rows(experts, e, e + 1), out, in));
            }
            RouterBalance balance = new RouterBalance(weight);
            try (Tape tape = Tape.training(oracle.engine, 0).balance(balance)) {
                int[] ids = new int[tokens];
                Arrays.setAll(ids, i -> i);
                Value rows = tape.embedding(
                        input, tape.constant(oracle.engine.upload(ids)).tensor());
                UnaryOperator<Value> block = value -> {
                    Routing routing = tape.route(tape.linear(value, Linear.of(gate)), spec);
                    return tape.experts(value, routing, (e, part) -> tape.linear(part, Linear.of(matrices.get(e))));
                };
                Value y = checkpointing ? tape.checkpoint(rows, block) : tape.frame(rows, block);
                oracle.close("y", oracle.engine.cast(y.tensor(), type), expected.get(0), type);
                tape.backward(y, dY);
            }
            assertThat(balance.loss()).isCloseTo(expected.get(1)[0], within(type == DType.F64 ? 1e-12 : 1e-5));
            oracle.close("dX", gradient(input, type), expected.get(2), type);
            oracle.close("dRouter", gradient(gate, type), expected.get(3), type);
            double[] dExperts = new double[count * out * in];
            for (int e = 0; e < count; e++) {
                if (matrices.get(e).gradient().isPresent()) {
                    double[] d = oracle.values(matrices.get(e).gradient().get());
                    System.arraycopy(d, 0, dExperts, e * d.length, d.length);
                }
            }
            assertThat(Oracle.difference(dExperts, expected.get(4))).isLessThan(type == DType.F64 ? 1e-11 : 1e-5);
            matrices.forEach(DenseTrainableParameter::close);
            input.close();
            gate.close();
        }
    }

    private DenseTrainableParameter trainable(Tensor values, long rows, long columns) {
        try (values) {
            Tensor master = oracle.engine.reshape(values, Shape.of(rows, columns));
            return new DenseTrainableParameter("w", oracle.engine, master, master.dtype());
        }
    }

    private Tensor gradient(DenseTrainableParameter parameter, DType type) {
        return parameter.gradient().isPresent()
                ? oracle.engine.cast(parameter.gradient().get(), type)
                : oracle.engine.zeros(type, parameter.shape());
    }

    @Test
    void refusesWrongShapesAndTypes() {
        Tensor logits = oracle.random(DType.F32, 4, 3);
        Tensor rows = oracle.random(DType.F32, 4, 5);
        Tensor four = oracle.keep(oracle.engine.upload(new int[] {0, 1, 2, 3}));
        Tensor bad = oracle.keep(oracle.engine.upload(new int[] {0, 1, 2, 4}));
        var engine = oracle.engine;
        refuses(() -> engine.route(logits, new RoutingSpec(4, true)));
        refuses(() -> new RoutingSpec(0, true));
        refuses(() -> engine.gatherRows(rows, bad));
        refuses(() -> engine.combine(List.of(), places(2, 0, 1, 2, 3), Optional.empty()));
        refuses(() -> engine.combine(List.of(rows, logits), places(2, 0, 1, 2, 3), Optional.empty()));
        refuses(() -> engine.combine(List.of(rows), places(2, 0, 1, 2, 4), Optional.empty()));
        refuses(() -> engine.combine(List.of(rows), places(1, 0, 1), Optional.empty()));
        refuses(() -> engine.combine(List.of(rows), places(2, 0, 1, 2, 3), Optional.of(logits)));
        Tensor weights = oracle.random(DType.F32, 2, 2);
        Tensor dOut = oracle.random(DType.F32, 2, 5);
        refuses(() -> engine.combineBackward(dOut, List.of(rows), four, places(2, 0, 1, 2, 3), weights));
        refuses(() -> engine.combineBackward(logits, List.of(rows), four, places(2, 0, 1, 2, 3), weights));
    }

    private void refuses(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }
}
