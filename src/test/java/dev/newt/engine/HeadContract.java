package dev.newt.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.tensor.BackwardOps.HeadOutput;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Log-probabilities of tokens. */
abstract class HeadContract extends OperationContract {
    /** Fewer rows than positions: positions repeat. */
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void agreesWithAutograd(DType type) {
        for (int draw = 0; draw < 4; draw++) {
            oracle.seed(draw);
            check(type, oracle.between(1, 30), oracle.between(1, 40), oracle.between(2, 300), oracle.between(1, 60));
        }
    }

    /** A vocabulary so large that the positions go through in several chunks. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void agreesWithAutogradOverSeveralChunks(DType type) {
        oracle.seed(9);
        check(type, 50, 8, 150_001, 67);
    }

    private void check(DType type, int rows, int width, int vocabulary, int count) {
        Tensor hidden = oracle.random(type, rows, width);
        Tensor w = oracle.random(0.3, type, vocabulary, width);
        Tensor positions = oracle.indices(count, rows);
        Tensor targets = oracle.indices(count, vocabulary);
        Tensor d = oracle.random(type.accumulator(), count);
        List<double[]> expected = oracle.run("head", hidden, w, positions, targets, d);
        oracle.close("forward", oracle.engine.tokenLogProbs(hidden, w, positions, targets), expected.get(0), type);
        for (boolean hiddenGradient : new boolean[] {true, false}) {
            for (boolean weightGradient : new boolean[] {true, false}) {
                HeadOutput output = oracle.engine.tokenLogProbsAndGradients(
                        hidden, w, positions, targets, d, hiddenGradient, weightGradient);
                assertThat(output.logProbs().dtype()).isEqualTo(type.accumulator());
                oracle.close("logProbs", output.logProbs(), expected.get(0), type);
                assertThat(output.dHidden().isPresent()).isEqualTo(hiddenGradient);
                output.dHidden().ifPresent(dHidden -> oracle.close("dHidden", dHidden, expected.get(1), type));
                assertThat(output.dWeight().isPresent()).isEqualTo(weightGradient);
                output.dWeight().ifPresent(dWeight -> {
                    assertThat(dWeight.dtype()).isEqualTo(type.accumulator());
                    oracle.close("dWeight", dWeight, expected.get(2), type);
                });
            }
        }
    }

    @Test
    void surelyWrongTargetsHaveFiniteLogProbs() {
        Tensor hidden = oracle.keep(oracle.engine.upload(new float[] {1000}, Shape.of(1, 1)));
        Tensor w = oracle.keep(oracle.engine.upload(new float[] {1, -1}, Shape.of(2, 1)));
        Tensor position = oracle.keep(oracle.engine.upload(new int[] {0}));
        Tensor target = oracle.keep(oracle.engine.upload(new int[] {1}));
        Tensor logProbs = oracle.keep(oracle.engine.tokenLogProbs(hidden, w, position, target));
        assertThat(oracle.values(logProbs)).containsExactly(-2000);
    }

    @Test
    void noPositionsGiveZeroGradients() {
        Tensor hidden = oracle.random(DType.F32, 3, 4);
        Tensor w = oracle.random(DType.F32, 5, 4);
        Tensor none = oracle.keep(oracle.engine.upload(new int[0]));
        Tensor d = oracle.random(DType.F32, 0);
        HeadOutput output = oracle.engine.tokenLogProbsAndGradients(hidden, w, none, none, d, true, true);
        assertThat(oracle.values(oracle.keep(output.logProbs()))).isEmpty();
        assertThat(oracle.values(oracle.keep(output.dHidden().orElseThrow()))).containsOnly(0);
        assertThat(oracle.values(oracle.keep(output.dWeight().orElseThrow()))).containsOnly(0);
    }

    @Test
    void refusesIndicesOutOfRange() {
        Tensor hidden = oracle.random(DType.F32, 3, 4);
        Tensor w = oracle.random(DType.F32, 5, 4);
        Tensor good = oracle.keep(oracle.engine.upload(new int[] {0, 2}));
        Tensor tooLarge = oracle.keep(oracle.engine.upload(new int[] {0, 5}));
        Tensor negative = oracle.keep(oracle.engine.upload(new int[] {0, -100}));
        Tensor one = oracle.keep(oracle.engine.upload(new int[] {0}));
        var engine = oracle.engine;
        refuses(() -> engine.tokenLogProbs(hidden, w, tooLarge, good), "positions hold 5");
        refuses(() -> engine.tokenLogProbs(hidden, w, good, tooLarge), "targets hold 5");
        refuses(() -> engine.tokenLogProbs(hidden, w, good, negative), "targets hold -100");
        refuses(() -> engine.tokenLogProbs(hidden, w, good, one), "targets");
        refuses(() -> engine.tokenLogProbs(w, hidden, good, oracle.keep(engine.cast(good, DType.I32))), "I32");
    }

    private void refuses(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
