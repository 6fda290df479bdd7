package dev.newt.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.optim.AdamWSettings;
import dev.newt.optim.LearningRateSchedule;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class CadenceTest {
    @Test
    void countsInStepsSharesAndEpochs() {
        assertThat(new Cadence.EverySteps(7).interval(100, 25, 4)).isEqualTo(7);
        assertThat(new Cadence.EveryShare(0.1).interval(101, 25, 4)).isEqualTo(11);
        assertThat(new Cadence.EveryEpoch().interval(100, 25, 4)).isEqualTo(25);
        assertThat(new Cadence.TimesPerEpoch(2).interval(100, 25, 4)).isEqualTo(13);
        assertThat(new Cadence.TimesPerEpoch(1).interval(30, 20, 1.5)).isEqualTo(20);
        assertThat(new Cadence.TimesPerEpoch(100).interval(10, 10, 1)).isEqualTo(1);
        assertThat(new Cadence.Never().interval(100, 25, 4)).isZero();
    }

    @Test
    void roundsAPartOfAnEpochUpToStepsAndPrefersMaxSteps() {
        assertThat(settings(1.5, OptionalLong.empty()).totalSteps(5)).isEqualTo(8);
        assertThat(settings(3, OptionalLong.empty()).totalSteps(5)).isEqualTo(15);
        assertThat(settings(3, OptionalLong.of(7)).totalSteps(5)).isEqualTo(7);
        assertThat(settings(3, OptionalLong.of(7)).effectiveEpochs(5)).isEqualTo(1.4);
    }

    private static TrainSettings settings(double epochs, OptionalLong maxSteps) {
        return new TrainSettings(
                Path.of("out"),
                RunIdentity.named("plan"),
                1,
                epochs,
                maxSteps,
                new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.CONSTANT, 1e-4, OptionalLong.empty(), OptionalDouble.empty(), 0),
                AdamWSettings.DEFAULT,
                OptionalDouble.empty(),
                1,
                new Cadence.Never(),
                new Cadence.Never(),
                OptionalInt.empty(),
                new Resume.Fresh(),
                Optional.empty(),
                OptionalInt.empty());
    }
}
