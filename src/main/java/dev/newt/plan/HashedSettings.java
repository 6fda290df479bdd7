package dev.newt.plan;

import dev.newt.data.dataset.TemplateChoice;
import dev.newt.io.NotInHash;
import dev.newt.io.Sha256;
import dev.newt.model.DecoderSpec;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.rows.Split;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a plan's hash is made of, by the keys of a configuration: where two hashes differ, this says in what. A setting has the name of its key
 * in Java's spelling; {@link #KEYS} lists those that do not.
 */
final class HashedSettings {
    /** Stands for what the model's own config.json says. */
    static final String SHAPE = "config.json of base_model";

    private static final int LONGEST = 60;
    private static final int DIGITS = 12;

    /** Paths of components without the numbers of data sets. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("model.name", "base_model"),
            Map.entry("model.revision", "revision_of_model"),
            Map.entry("model.tokenizer", "tokenizer_config"),
            Map.entry("model.specialTokens.bosToken", "special_tokens.bos_token"),
            Map.entry("model.specialTokens.eosToken", "special_tokens.eos_token"),
            Map.entry("model.specialTokens.padToken", "special_tokens.pad_token"),
            Map.entry("model.specialTokens.unkToken", "special_tokens.unk_token"),
            Map.entry("model.drawnAtRandom", "reinit_weights"),
            Map.entry("baseNf4", "load_in_4bit"),
            Map.entry("adapter.lora.rank", "lora_r"),
            Map.entry("adapter.lora.alpha", "lora_alpha"),
            Map.entry("adapter.lora.dropout", "lora_dropout"),
            Map.entry("adapter.lora.rankStabilized", "peft_use_rslora"),
            Map.entry("adapter.lora.dora", "peft_use_dora"),
            Map.entry("adapter.lora.targets.allLinear", "lora_target_linear"),
            Map.entry("adapter.lora.targets.names", "lora_target_modules"),
            Map.entry("adapter.lora.targets.pattern", "lora_target_modules"),
            Map.entry("adapter.lora.modulesToSave", "lora_modules_to_save"),
            Map.entry("adapter.start", "lora_model_dir"),
            Map.entry("objective", "rl"),
            Map.entry("objective.beta", "rl_beta"),
            Map.entry("data.preference", "rl"),
            Map.entry("data.mixing.strategy", "mix_strategy"),
            Map.entry("data.mixing.probabilities", "interleave_probs"),
            Map.entry("data.mixing.shuffleEach", "shuffle_before_merging_datasets"),
            Map.entry("streaming.windowRows", "streaming_multipack_buffer_size"),
            Map.entry("streaming.shuffle", "shuffle_merged_datasets"),
            Map.entry("batches.shuffle", "curriculum_sampling"),
            Map.entry("length.epochs", "num_epochs"),
            Map.entry("learningRate.kind", "lr_scheduler"),
            Map.entry("learningRate.peak", "learning_rate"),
            Map.entry("learningRate.warmup.steps", "warmup_steps"),
            Map.entry("learningRate.warmup.ratio", "warmup_ratio"),
            Map.entry("learningRate.warmup.none", "lr_scheduler"),
            Map.entry("learningRate.cosineMinimumRatio", "cosine_min_lr_ratio"),
            Map.entry("learningRate.cosineEnd", "cosine_constant_lr_ratio"),
            Map.entry("optimizer.beta1", "adam_beta1"),
            Map.entry("optimizer.beta2", "adam_beta2"),
            Map.entry("optimizer.epsilon", "adam_epsilon"),
            Map.entry("optimizer.weightDecay", "weight_decay"),
            Map.entry("optimizer", "optimizer"));

    /** The same of a data set, behind its own path. */
    private static final Map<String, String> DATA_SET_KEYS = Map.of(
            "request.repo.name", "name",
            "request.repo.folder", "path",
            "request.split", "split",
            "promptFormat", "type",
            "chat.chatTemplate", "chat_template",
            "info", "path",
            "shard.count", "shards",
            "shard.index", "shards_idx",
            "synthetic.sequenceLength", "sequence_length");

    private static final List<String> DATA_SETS = List.of("data.datasets[", "data.testDatasets[");

    private final SortedMap<String, String> values = new TreeMap<>();
    private final String dataKey;

    private HashedSettings(String dataKey) {
        this.dataKey = dataKey;
    }

    /** Values by key paths such as {@code lora_r} and {@code datasets[0].path}; what is unset has none. */
    static SortedMap<String, String> of(RunSettings settings, DecoderSpec spec, Compute compute) {
        HashedSettings hashed = new HashedSettings(settings.dataKey());
        hashed.add("", settings);
        settings.adapter().ifPresent(adapter -> hashed.put("adapter", settings.baseNf4() ? "qlora" : "lora"));
        settings.streaming().ifPresent(streaming -> hashed.put("streaming", "true"));
        hashed.put("optimizer", settings.optimizer().name());
        settings.objective().ifPresent(objective -> {
            hashed.values.put("rl", objective.name());
            // The batches' own length is that of both answers of a pair.
            hashed.values.put("sequence_len", String.valueOf(settings.data().sequenceLen()));
        });
        hashed.put("bf16", String.valueOf(compute.type().equals("bf16")));
        hashed.put(SHAPE, digest(spec.toString()));
        return hashed.values;
    }

    private void add(String path, Object value) {
        if (value instanceof Optional<?> optional) {
            optional.ifPresent(present -> add(path, present));
        } else if (value instanceof Record record && !isLeaf(path)) {
            for (RecordComponent component : record.getClass().getRecordComponents()) {
                if (!component.isAnnotationPresent(NotInHash.class)) {
                    add(path + (path.isEmpty() ? "" : ".") + component.getName(), PlanHash.value(record, component));
                }
            }
        } else if (value instanceof List<?> items && items.stream().anyMatch(Record.class::isInstance)) {
            for (int i = 0; i < items.size(); i++) {
                add(path + "[" + i + "]", items.get(i));
            }
        } else {
            String text = text(value);
            if (!text.isEmpty()) {
                put(key(path), path.equals("batches.shuffle") ? String.valueOf(!(Boolean) value) : text);
            }
        }
    }

    /** What is one value of one key, though it is a record. */
    private static boolean isLeaf(String path) {
        String general = path.replaceFirst("^data\\.\\w+\\[\\d+]\\.", "");
        return !general.equals(path) && DATA_SET_KEYS.containsKey(general) || path.startsWith("optimizer.groups");
    }

    private String key(String path) {
        for (String sets : DATA_SETS) {
            if (path.startsWith(sets)) {
                String name = sets.contains("test") ? "test_datasets" : dataKey;
                String number = path.substring(sets.length(), path.indexOf(']'));
                String inside = path.substring(path.indexOf(']') + 2);
                return name + "[" + number + "]." + DATA_SET_KEYS.getOrDefault(inside, snake(inside));
            }
        }
        return path.startsWith("optimizer.")
                ? KEYS.getOrDefault(path, "optimizer")
                : KEYS.getOrDefault(path, snake(path));
    }

    /** {@code batches.microBatchSize} is {@code micro_batch_size}. */
    private static String snake(String path) {
        String name = path.substring(path.lastIndexOf('.') + 1);
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** Several settings may come from one key; the same value is told once. */
    private void put(String key, String text) {
        values.merge(key, text, (before, now) -> before.equals(now) ? before : before + ", " + now);
    }

    private static String text(Object value) {
        if (value instanceof Collection<?> items) {
            return items.isEmpty()
                    ? ""
                    : items.stream().map(HashedSettings::text).collect(Collectors.joining(", ", "[", "]"));
        } else if (value instanceof Map<?, ?> map) {
            return map.isEmpty() ? "" : shortened(new TreeMap<>(map).toString());
        } else if (value instanceof Double number) {
            return new BigDecimal(number.toString()).stripTrailingZeros().toPlainString();
        } else if (value instanceof Split split) {
            return split.written();
        } else if (value instanceof TemplateChoice template) {
            return template.equals(TemplateChoice.ofTokenizer())
                    ? "tokenizer_default"
                    : shortened(template.resolve(Optional.empty()).orElse(""));
        } else if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
        return shortened(String.valueOf(value));
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST && !text.contains("\n")
                ? text
                : "a text of " + text.length() + " characters with digest " + digest(text);
    }

    private static String digest(String text) {
        return Sha256.plainHex(text.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
    }
}
