package dev.newt.config;

import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What there is to say about every key: those of the records, and Axolotl's others. */
public final class KeyCatalogue {
    private static final Map<Class<?>, String> SUBJECTS = subjects();

    private KeyCatalogue() {}

    /** In the order of the records; then those that do no work. */
    public static List<KeyDoc> all() {
        List<KeyDoc> docs = new ArrayList<>();
        SUBJECTS.forEach((record, subject) -> {
            for (RecordComponent component : record.getRecordComponents()) {
                Key key = component.getAnnotation(Key.class);
                if (key != null) {
                    docs.add(doc(record, subject, component, key));
                }
            }
        });
        AxolotlKeys.all().forEach(unbound -> docs.add(unbound.doc()));
        return docs;
    }

    /**
     * @param path such as {@code lora_r}, {@code datasets[].path} or {@code datasets[0].path}
     */
    public static Optional<KeyDoc> find(String path) {
        String general = path.replaceAll("\\[\\d+]", "[]")
                .replaceFirst("^(test_datasets|pretraining_dataset)\\[]", "datasets[]");
        return all().stream().filter(doc -> doc.path().equals(general)).findFirst();
    }

    private static KeyDoc doc(Class<?> record, String subject, RecordComponent component, Key key) {
        String path = Schema.path(levelOf(record), key.value()).orElseThrow();
        Type type = Schema.raw(component.getGenericType()) == Optional.class
                ? Schema.element(component.getGenericType())
                : component.getGenericType();
        return new KeyDoc(
                path,
                key.deprecated().isEmpty() ? key.status() : KeyStatus.OLD_SPELLING,
                subject,
                words(type),
                present(key.byDefault()),
                present(key.example()),
                present(key.deprecated()),
                key.description());
    }

    /** The level of the file on which the keys of a record lie. */
    private static Class<?> levelOf(Class<?> record) {
        return Schema.path(record, "").isPresent() ? record : NewtConfig.class;
    }

    private static Optional<String> present(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** What a key of this type takes. */
    private static String words(Type type) {
        Class<?> raw = Schema.raw(type);
        if (raw == List.class) {
            return "list of " + words(Schema.element(type));
        }
        if (raw == Map.class) {
            return "mapping to " + words(Schema.element(type));
        }
        if (Union.class.isAssignableFrom(raw)) {
            return Arrays.stream(raw.getRecordComponents())
                    .map(form -> words(Schema.element(form.getGenericType())))
                    .collect(Collectors.joining(" or "));
        }
        return raw.isRecord() ? "mapping" : Scalars.expected(raw).replaceFirst("^a ", "");
    }

    private static Map<Class<?>, String> subjects() {
        Map<Class<?>, String> subjects = new LinkedHashMap<>();
        subjects.put(ModelConfig.class, "model");
        subjects.put(SpecialTokens.class, "model");
        subjects.put(AdapterConfig.class, "adapter");
        subjects.put(DataConfig.class, "data");
        subjects.put(StreamingConfig.class, "data");
        subjects.put(DatasetConfig.class, "data");
        subjects.put(PromptFormat.class, "data");
        subjects.put(PreferenceConfig.class, "preference");
        subjects.put(TrainingConfig.class, "training");
        subjects.put(ScheduleConfig.class, "when");
        subjects.put(TrackingConfig.class, "tracking");
        return subjects;
    }
}
