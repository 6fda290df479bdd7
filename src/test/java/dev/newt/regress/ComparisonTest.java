package dev.newt.regress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.regress.Recording.Step;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ComparisonTest {
    private static final Tolerance TOLERANCE = new Tolerance(1e-3, 1e-2);
    private static final Recording BASELINE = recording(new Step(4, 2, 100, 60), new Step(3, 1, 110, 70));

    private static Recording recording(Step... steps) {
        return new Recording("hash", Map.of("learning_rate", "0.01"), "CPU, 2 threads", List.of(steps));
    }

    private static Optional<String> drift(Step... steps) {
        return new Comparison(BASELINE, recording(steps)).drift(TOLERANCE);
    }

    @Test
    void takesWhatIsWithinTheTolerances() {
        assertThat(drift(new Step(4.0039, 2.019, 100, 60), new Step(2.9971, 0.991, 110, 70)))
                .isEmpty();
    }

    @Test
    void tellsTheFirstStepThatIsNot() {
        assertThat(drift(new Step(4, 2, 100, 60), new Step(3.0031, 1, 110, 70)))
                .contains("drift at step 2: loss 3.00310, baseline 3.00000, off by 0.0010 of it, tolerance 0.0010");
        assertThat(drift(new Step(4, 1.979, 100, 60), new Step(9, 9, 110, 70)))
                .contains(
                        "drift at step 1: gradient norm 1.97900, baseline 2.00000, off by 0.010 of it, tolerance 0.010");
    }

    @Test
    void tokensMustBeEqual() {
        assertThat(drift(new Step(4, 2, 101, 60), new Step(3, 1, 110, 70)))
                .contains("drift at step 1: tokens 101, baseline 100");
        assertThat(drift(new Step(4, 2, 100, 60), new Step(3, 1, 110, 69)))
                .contains("drift at step 2: trained tokens 69, baseline 70");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void whatIsNoNumberIsDrift(double value) {
        assertThat(drift(new Step(value, 2, 100, 60), new Step(3, 1, 110, 70))).isPresent();
        assertThat(drift(new Step(4, value, 100, 60), new Step(3, 1, 110, 70))).isPresent();
        Recording broken = recording(new Step(value, value, 1, 1));
        assertThat(new Comparison(broken, broken).drift(TOLERANCE)).isPresent();
    }

    @Test
    void anotherNumberOfStepsIsDrift() {
        assertThat(drift(new Step(4, 2, 100, 60))).contains("drift after step 1: 1 steps were done, 2 in the baseline");
    }

    @Test
    void valuesNearZeroAreComparedWithTheSmallestThatMeansSomething() {
        Comparison comparison =
                new Comparison(recording(new Step(1e-7, 1e-7, 1, 1)), recording(new Step(9e-6, 9e-5, 1, 1)));

        assertThat(comparison.drift(TOLERANCE)).isEmpty();
        assertThat(comparison.drift(new Tolerance(1e-4, 1e-2))).isPresent();
    }

    @Test
    void tellsWhatChangedInThePlan() {
        Recording other = new Recording(
                "other", Map.of("learning_rate", "0.02", "seed", "7"), "CPU, 2 threads", BASELINE.steps());
        Recording same = new Recording("other", BASELINE.values(), "CPU, 8 threads", BASELINE.steps());

        assertThat(new Comparison(BASELINE, BASELINE).planChange()).isEmpty();
        assertThat(new Comparison(BASELINE, other).planChange())
                .contains("the plan hash changed: learning_rate 0.01 -> 0.02, seed unset -> 7");
        assertThat(new Comparison(BASELINE, same).planChange())
                .contains("the plan hash changed: the file is the same, so the model's config.json or this version's "
                        + "defaults are not");
    }

    @Test
    void tellsAnotherNumberOfThreads() {
        Recording other = new Recording("hash", BASELINE.values(), "CPU, 8 threads", BASELINE.steps());

        assertThat(new Comparison(BASELINE, BASELINE).deviceChange()).isEmpty();
        assertThat(new Comparison(BASELINE, other).deviceChange())
                .contains(
                        "the baseline was made on CPU, 2 threads, this is CPU, 8 threads; numbers depend slightly on the number "
                                + "of threads");
    }

    @Test
    void tolerancesAreParts() {
        assertThat(Tolerance.parse("0.002")).isEqualTo(new Tolerance(0.002, 0.02));
        assertThat(Tolerance.parse("1e-4, 0.5")).isEqualTo(new Tolerance(1e-4, 0.5));
        for (String wrong : List.of("", "x", "-0.1", "0.1,-2", "0.1,0.1,0.1", "NaN")) {
            assertThatThrownBy(() -> Tolerance.parse(wrong)).as(wrong).isInstanceOf(UserException.class);
        }
    }
}
