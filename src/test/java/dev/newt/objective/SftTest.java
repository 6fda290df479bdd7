package dev.newt.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.data.MicroBatch;
import dev.newt.data.dataset.Example;
import java.util.List;
import org.junit.jupiter.api.Test;

class SftTest {
    private static final MicroBatch TWO =
            MicroBatch.of(List.of(new Example(new int[] {1, 2, 3}, new boolean[] {true, true, true})));
    private static final MicroBatch ONE =
            MicroBatch.of(List.of(new Example(new int[] {1, 2, 3}, new boolean[] {false, false, true})));

    @Test
    void dividesByTheTrainedTokensOfAllMicroBatches() {
        assertThat(Sft.lossScale(List.of(TWO, ONE))).isEqualTo(1.0 / 3);
    }

    @Test
    void lossIsTheSumOfNegativeLogProbabilitiesAndItsGradientMinusTheScale() {
        assertThat(Sft.loss(new float[] {-1, -0.5f})).isEqualTo(1.5);
        assertThat(Sft.logProbGradients(2, 0.25)).containsExactly(-0.25f, -0.25f);
    }

    @Test
    void refusesAStepWithoutTrainedTokens() {
        MicroBatch none = MicroBatch.of(List.of(new Example(new int[] {1, 2}, new boolean[] {true, false})));
        assertThatThrownBy(() -> Sft.lossScale(List.of(none))).hasMessageContaining("no token");
    }
}
