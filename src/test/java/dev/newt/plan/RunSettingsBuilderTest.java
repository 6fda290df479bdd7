package dev.newt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.config.KeyCatalogue;
import dev.newt.io.UserException;
import dev.newt.optim.LearningRateSchedule;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunSettingsBuilderTest {
    private static final String MODEL =
            Path.of("examples/models/newt-tiny").toAbsolutePath().toString();

    private static final Map<Class<?>, Object> SAMPLES = Map.of(
            String.class,
            "a",
            int.class,
            1,
            long.class,
            1L,
            double.class,
            0.5,
            boolean.class,
            true,
            Path.class,
            Path.of("a"),
            String[].class,
            new String[] {"a"},
            DatasetEntry[].class,
            new DatasetEntry[] {DatasetEntry.of("a", "alpaca")},
            LearningRateSchedule.Kind.class,
            LearningRateSchedule.Kind.LINEAR);

    private static RunSettingsBuilder least() {
        return RunSettings.builder()
                .baseModel(MODEL)
                .datasets(DatasetEntry.of("rows.jsonl", "alpaca"))
                .learningRate(1e-4);
    }

    @Test
    void everyMethodSetsTheKeyThatHasItsName() throws Exception {
        List<Method> methods = Arrays.stream(RunSettingsBuilder.class.getDeclaredMethods())
                .filter(method -> method.getReturnType() == RunSettingsBuilder.class)
                .filter(method -> method.getParameterCount() == 1)
                .toList();
        assertThat(methods).hasSizeGreaterThan(40);
        for (Method method : methods) {
            RunSettingsBuilder builder = RunSettings.builder();
            method.invoke(builder, SAMPLES.get(method.getParameterTypes()[0]));
            String key = builder.text().substring(0, builder.text().indexOf(':'));
            assertThat(key.replace("_", "")).isEqualTo(method.getName().toLowerCase(Locale.ROOT));
            assertThat(KeyCatalogue.find(key)).as(key).isPresent();
        }
    }

    @Test
    void valuesComeThroughAsTheyAre() {
        String template = "{% for m in messages %}\n\"{{ m['content'] }}\": # it's \\ {{ 1 }}\t{% endfor %}";
        RunSettings settings = least().chatTemplateJinja(template)
                .learningRate(1e-10)
                .lrScheduler(LearningRateSchedule.Kind.CONSTANT_WITH_WARMUP)
                .seed(-7)
                .maxGradNorm(0)
                .datasets(
                        DatasetEntry.of("a b: c.jsonl", "alpaca").split("train[:10%]"),
                        DatasetEntry.of("x", "chat_template")
                                .with("roles_to_train", List.of("gpt", "tool"))
                                .with("message_property_mappings", Map.of("role", "from")))
                .set("special_tokens", Map.of("pad_token", "<|end|>"))
                .build();

        assertThat(settings.chatTemplate().source()).contains(template);
        assertThat(settings.learningRate().peak()).isEqualTo(1e-10);
        assertThat(settings.learningRate().kind()).isEqualTo(LearningRateSchedule.Kind.CONSTANT_WITH_WARMUP);
        assertThat(settings.seed()).isEqualTo(-7);
        assertThat(settings.maxGradNorm()).isEmpty();
        assertThat(settings.data().datasets().get(0).path()).isEqualTo("a b: c.jsonl");
        assertThat(settings.data().datasets().get(0).split().written()).isEqualTo("train[:10%]");
        assertThat(settings.data().datasets().get(1).chat().rolesToTrain()).containsExactly("gpt", "tool");
        assertThat(settings.data().datasets().get(1).chat().messagePropertyMappings())
                .containsEntry("role", "from");
        assertThat(settings.model().specialTokens().padToken()).contains("<|end|>");
    }

    @Test
    void theLaterOfTwoValuesCounts() {
        assertThat(least().maxSteps(1).maxSteps(2).build().length().maxSteps()).contains(2);
    }

    @Test
    void anErrorNamesTheLineOfItsKey() {
        assertThatThrownBy(() -> least().warmupSteps(3).warmupRatio(0.1).build())
                .isInstanceOf(UserException.class)
                .hasMessage("settings:4:15: error: warmup_steps and warmup_ratio exclude each other; keep one");
        assertThatThrownBy(() -> least().learningRate(Double.NaN).build())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("settings:3:16: error: learning_rate is");
    }
}
