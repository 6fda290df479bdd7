package dev.newt.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.InputStream;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LearningRateScheduleTest {
    @Test
    void givesTheRatesOfHuggingFacesSchedulers() throws Exception {
        JsonNode cases = resource("/optim/schedules.json");
        assertThat(cases.size()).isEqualTo(7);
        for (JsonNode expected : cases) {
            String name = expected.get("scheduler").asString();
            LearningRateSchedule schedule = new LearningRateSchedule(
                    LearningRateSchedule.Kind.valueOf(
                            name.replace("_with_min_lr", "").toUpperCase(Locale.ROOT)),
                    expected.get("peak").asDouble(),
                    expected.get("warmup").asLong(),
                    expected.get("total").asLong(),
                    expected.get("min_ratio").asDouble());
            for (int step = 0; step < expected.get("lr").size(); step++) {
                assertThat(schedule.at(step))
                        .as("%s, step %d", expected.get("scheduler"), step)
                        .isCloseTo(expected.get("lr").get(step).asDouble(), within(1e-18));
            }
        }
    }

    @Test
    void givesTheRatesOfTheGoldenRun() throws Exception {
        JsonNode golden = resource("/golden/llama/golden.json").get("train");
        LearningRateSchedule schedule = new LearningRateSchedule.Settings(
                        LearningRateSchedule.Kind.COSINE,
                        golden.get("lr").asDouble(),
                        OptionalLong.of(golden.get("warmup").asLong()),
                        OptionalDouble.empty(),
                        0)
                .over(golden.get("steps").asLong());
        JsonNode rates = golden.get("lora_noclip").get("lr");
        assertThat(rates.size()).isEqualTo(10);
        for (int step = 0; step < rates.size(); step++) {
            assertThat(schedule.at(step)).isCloseTo(rates.get(step).asDouble(), within(1e-12));
        }
    }

    @Test
    void roundsAWarmupRatioUpAndPrefersWarmupSteps() {
        assertThat(settings(OptionalLong.empty(), OptionalDouble.of(0.05))
                        .over(21)
                        .warmupSteps())
                .isEqualTo(2);
        assertThat(settings(OptionalLong.of(5), OptionalDouble.of(0.05))
                        .over(21)
                        .warmupSteps())
                .isEqualTo(5);
        assertThat(settings(OptionalLong.empty(), OptionalDouble.empty())
                        .over(21)
                        .warmupSteps())
                .isZero();
    }

    /** Axolotl's get_cosine_schedule_with_warmup_decay_constant, worked out by hand. */
    @Test
    void aCosineMayEndBeforeTheRunAndStay() {
        LearningRateSchedule schedule =
                new LearningRateSchedule(LearningRateSchedule.Kind.COSINE, 2, 10, 100, 0.1, 0.805);

        assertThat(schedule.at(5)).isEqualTo(1);
        assertThat(schedule.at(10)).isEqualTo(2);
        assertThat(schedule.at(45)).isCloseTo(2 * 0.55, within(1e-12));
        assertThat(schedule.at(79)).isGreaterThan(0.2);
        for (int step = 80; step < 100; step++) {
            assertThat(schedule.at(step)).isCloseTo(0.2, within(1e-12));
        }
        assertThat(new LearningRateSchedule(LearningRateSchedule.Kind.COSINE, 2, 10, 100, 0.1, 0.05).at(10))
                .isCloseTo(0.2, within(1e-12));
    }

    private static LearningRateSchedule.Settings settings(OptionalLong steps, OptionalDouble ratio) {
        return new LearningRateSchedule.Settings(LearningRateSchedule.Kind.COSINE, 1e-4, steps, ratio, 0);
    }

    static JsonNode resource(String name) throws Exception {
        try (InputStream in = LearningRateScheduleTest.class.getResourceAsStream(name)) {
            return JsonMapper.shared().readTree(in);
        }
    }
}
