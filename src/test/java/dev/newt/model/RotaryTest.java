package dev.newt.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.model.Rotary.Default;
import dev.newt.model.Rotary.Dynamic;
import dev.newt.model.Rotary.Linear;
import dev.newt.model.Rotary.Llama3;
import dev.newt.model.Rotary.Scaling;
import dev.newt.model.Rotary.Yarn;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The expected numbers are transformers 5.18's, from LlamaRotaryEmbedding and ROPE_INIT_FUNCTIONS, to nine digits. */
class RotaryTest {
    private static final OptionalDouble NONE = OptionalDouble.empty();

    /** Two units in the last place of single precision: libraries differ by one in the power. */
    private static final double RELATIVE = 2.4e-7;

    @Test
    void unscaledFrequenciesAreAGeometricSeries() {
        check(
                new Rotary(10_000, 16, new Default()),
                100,
                1.0,
                0.316227764,
                0.100000001,
                0.0316227786,
                0.00999999978,
                0.00316227786,
                0.00100000005,
                0.000316227786);
        check(
                new Rotary(1e6, 24, new Default()),
                100,
                1.0,
                0.316227764,
                0.099999994,
                0.0316227786,
                0.00999999885,
                0.0031622781,
                0.00100000005,
                0.000316227844,
                9.99999684e-05,
                3.16227743e-05,
                1.00000034e-05,
                3.16227693e-06);
    }

    @Test
    void linearScalingDividesEveryFrequency() {
        check(
                new Rotary(10_000, 16, new Linear(2.5)),
                100,
                0.400000006,
                0.1264911,
                0.0399999991,
                0.0126491114,
                0.00399999972,
                0.00126491114,
                0.000400000019,
                0.000126491112);
    }

    @Test
    void dynamicScalingStartsBeyondTheLargestPosition() {
        Rotary rotary = new Rotary(10_000, 16, new Dynamic(2, 256));
        assertThat(rotary.dependsOnLength()).isTrue();
        assertThat(rotary.inverseFrequencies(256))
                .containsExactly(new Rotary(10_000, 16, new Default()).inverseFrequencies(256));
        check(
                rotary,
                1000,
                1.0,
                0.240412042,
                0.057797946,
                0.0138953235,
                0.00334060285,
                0.000803121133,
                0.000193079992,
                4.64187542e-05);
    }

    @Test
    void llama3KeepsShortWavesAndStretchesLongOnes() {
        check(
                new Rotary(500_000, 32, new Llama3(8, 1, 4, 8192)),
                100,
                1.0,
                0.440366626,
                0.193922758,
                0.0853971019,
                0.0376060307,
                0.0165604409,
                0.00729266508,
                0.00321144611,
                0.000524846022,
                7.78465546e-05,
                3.42810235e-05,
                1.50962178e-05,
                6.64786967e-06,
                2.92749974e-06,
                1.28917316e-06,
                5.6770881e-07);
    }

    @Test
    void yarnBlendsBetweenItsBorders() {
        Rotary rotary = new Rotary(1e6, 32, new Yarn(4, 32_768, 32, 1, true, NONE, NONE, NONE));
        check(
                rotary,
                100,
                1.0,
                0.421696514,
                0.177827939,
                0.0749894157,
                0.0316227786,
                0.0133352149,
                0.00477990136,
                0.00165996165,
                0.000549999997,
                0.000168678584,
                4.44569851e-05,
                1.87473561e-05,
                7.90569356e-06,
                3.33380353e-06,
                1.40585337e-06,
                5.92843435e-07);
        assertThat(rotary.attentionFactor()).isCloseTo(1.138629436111989, within(1e-15));
    }

    @Test
    void yarnTakesItsOptionalSettings() {
        Rotary rotary = new Rotary(
                1e4, 32, new Yarn(16, 256, 24, 2, false, NONE, OptionalDouble.of(0.8), OptionalDouble.of(0.5)));
        check(
                rotary,
                100,
                1.0,
                0.552497208,
                0.242014125,
                0.097474128,
                0.0330958776,
                0.00639833417,
                0.00197642366,
                0.00111142464,
                0.000624999986,
                0.000351463328,
                0.000197642366,
                0.000111142464,
                6.2500003e-05,
                3.51463314e-05,
                1.97642366e-05,
                1.11142463e-05);
        assertThat(rotary.attentionFactor()).isCloseTo(1.0730506862278348, within(1e-15));
    }

    @Test
    void yarnTakesAStatedAttentionFactor() {
        Rotary rotary = new Rotary(1e4, 16, new Yarn(16, 4096, 32, 1, true, OptionalDouble.of(0.75), NONE, NONE));
        check(
                rotary,
                100,
                1.0,
                0.316227764,
                0.100000001,
                0.0242111888,
                0.00531250006,
                0.000938801211,
                6.2500003e-05,
                1.97642366e-05);
        assertThat(rotary.attentionFactor()).isEqualTo(0.75);
    }

    @Test
    void otherKindsNeitherDependOnLengthNorScaleTheCosines() {
        for (Scaling scaling : new Scaling[] {new Default(), new Linear(2), new Llama3(8, 1, 4, 64)}) {
            Rotary rotary = new Rotary(10_000, 16, scaling);
            assertThat(rotary.dependsOnLength()).isFalse();
            assertThat(rotary.attentionFactor()).isEqualTo(1);
            assertThat(rotary.inverseFrequencies(1)).containsExactly(rotary.inverseFrequencies(100_000));
        }
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThatThrownBy(() -> new Rotary(10_000, 15, new Default())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Linear(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Llama3(8, 4, 4, 64)).isInstanceOf(IllegalArgumentException.class);
    }

    private static void check(Rotary rotary, int length, double... expected) {
        double[] actual = rotary.inverseFrequencies(length);
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("frequency " + i).isCloseTo(expected[i], within(RELATIVE * expected[i]));
        }
    }
}
