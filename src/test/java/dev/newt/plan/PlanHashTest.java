package dev.newt.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.config.ConfigFile;
import dev.newt.config.KeyCatalogue;
import dev.newt.io.NotInHash;
import dev.newt.model.family.Families;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in a plan's hash. */
class PlanHashTest {
    private static final Path MODEL = Path.of("examples/models/newt-tiny").toAbsolutePath();

    /** A record with one value changed somewhere inside. */
    private record Variant(String path, boolean marked, Object value) {}

    @Test
    void everySettingThatIsNotMarkedChangesTheHash(@TempDir Path folder) throws Exception {
        RunSettings settings = settings(folder);
        String hash = PlanHash.digest(settings);
        List<Variant> variants = variants("", false, settings);

        assertThat(variants).hasSizeGreaterThan(80);
        assertThat(variants).allSatisfy(variant -> assertThat(
                        PlanHash.digest((Record) variant.value()).equals(hash))
                .as(variant.path())
                .isEqualTo(variant.marked()));
    }

    /** What a refused resume is told from. */
    @Test
    void whatChangesTheHashHasTheNameOfItsKey(@TempDir Path folder) throws Exception {
        RunSettings settings = settings(folder);
        SortedMap<String, String> now = hashed(settings);
        Set<String> named = new TreeSet<>();

        for (Variant variant : variants("", false, settings)) {
            Set<String> differ = difference(now, hashed((RunSettings) variant.value()));
            if (variant.path().equals("/dataKey")) {
                assertThat(differ).allMatch(key -> key.startsWith("datasets")); // The other name of the same key.
            } else if (variant.marked()) {
                assertThat(differ).as(variant.path()).isEmpty();
            } else {
                assertThat(differ).as(variant.path()).isNotEmpty().allSatisfy(key -> assertThat(KeyCatalogue.find(key))
                        .as(key)
                        .isPresent());
                named.addAll(differ);
            }
        }

        assertThat(named)
                .contains(
                        "base_model",
                        "lora_r",
                        "lora_target_modules",
                        "learning_rate",
                        "adam_beta1",
                        "micro_batch_size",
                        "curriculum_sampling",
                        "datasets[0].path",
                        "datasets[0].split",
                        "datasets[0].roles_to_train",
                        "test_datasets[0].type");
    }

    private static Set<String> difference(SortedMap<String, String> a, SortedMap<String, String> b) {
        Set<String> keys = new TreeSet<>(a.keySet());
        keys.addAll(b.keySet());
        keys.removeIf(key -> Objects.equals(a.get(key), b.get(key)));
        return keys;
    }

    private static SortedMap<String, String> hashed(RunSettings settings) {
        ExecutionPlan.Compute compute = new ExecutionPlan.Compute("fp32", "", false, false);
        return HashedSettings.of(
                settings, Families.read(MODEL.resolve("config.json")).spec(), compute);
    }

    private static RunSettings settings(Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "base_model: " + MODEL + "\nrevision_of_model: main\nlearning_rate: 1e-4\nadapter: lora\nlora_r: 8\n"
                        + "lora_alpha: 16\nlora_target_modules: [q_proj]\nmax_steps: 5\nwarmup_steps: 2\n"
                        + "loss_watchdog_threshold: 9\nlogging_steps: 1\nsave_steps: 2\nstreaming: true\nval_set_size: 0\n"
                        + "test_datasets:\n  - path: b.jsonl\n    type: alpaca\n"
                        + "datasets:\n  - path: a.jsonl\n    type: chat_template\n    shards: 3\n    split: train[:9]\n");
        return SettingsReader.read(ConfigFile.load(file, List.of()));
    }

    private static List<Variant> variants(String path, boolean marked, Record of) throws ReflectiveOperationException {
        List<Variant> variants = new ArrayList<>();
        RecordComponent[] components = of.getClass().getRecordComponents();
        for (int i = 0; i < components.length; i++) {
            boolean inside = marked || components[i].isAnnotationPresent(NotInHash.class);
            components[i].getAccessor().setAccessible(true);
            Object value = components[i].getAccessor().invoke(of);
            for (Variant changed : changes(path + "/" + components[i].getName(), inside, value)) {
                with(of, i, changed.value())
                        .ifPresent(whole -> variants.add(new Variant(changed.path(), changed.marked(), whole)));
            }
        }
        return variants;
    }

    /** Empty where the record refuses the value. */
    private static Optional<Object> with(Record of, int index, Object value) throws ReflectiveOperationException {
        RecordComponent[] components = of.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = i == index ? value : components[i].getAccessor().invoke(of);
        }
        Constructor<?> constructor = of.getClass().getDeclaredConstructor(types);
        constructor.setAccessible(true);
        try {
            return Optional.of(constructor.newInstance(values));
        } catch (InvocationTargetException e) {
            return Optional.empty();
        }
    }

    private static List<Variant> changes(String path, boolean marked, Object value)
            throws ReflectiveOperationException {
        if (value instanceof Record record) {
            return variants(path, marked, record);
        }
        if (value instanceof Optional<?> optional && optional.isPresent()) {
            List<Variant> changes = new ArrayList<>(List.of(new Variant(path, marked, Optional.empty())));
            changes(path, marked, optional.get())
                    .forEach(inner ->
                            changes.add(new Variant(inner.path(), inner.marked(), Optional.of(inner.value()))));
            return changes;
        }
        if (value instanceof List<?> list && !list.isEmpty()) {
            List<Variant> changes = new ArrayList<>(List.of(new Variant(path, marked, List.of())));
            for (Variant inner : changes(path + "[0]", marked, list.get(0))) {
                List<Object> items = new ArrayList<>(list);
                items.set(0, inner.value());
                changes.add(new Variant(inner.path(), inner.marked(), items));
            }
            return changes;
        }
        return leaf(value).stream()
                .map(changed -> new Variant(path, marked, changed))
                .toList();
    }

    private static List<Object> leaf(Object value) {
        if (value instanceof Boolean flag) {
            return List.of(!flag);
        } else if (value instanceof Integer number) {
            return List.of(number + 1);
        } else if (value instanceof Long number) {
            return List.of(number - 1);
        } else if (value instanceof Double number) {
            return List.of(number / 2 + 0.01);
        } else if (value instanceof String text) {
            return List.of(text + "x");
        } else if (value instanceof Path file) {
            return List.of(file.resolve("x"));
        } else if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            return List.of(Map.of());
        } else if (value instanceof Enum<?> constant) {
            Object[] all = constant.getDeclaringClass().getEnumConstants();
            return List.of(all[(constant.ordinal() + 1) % all.length]);
        }
        return List.of();
    }
}
