package dev.newt.plan;

import dev.newt.config.AdapterConfig;
import dev.newt.config.DataConfig;
import dev.newt.config.ModelConfig;
import dev.newt.config.NewtConfig;
import dev.newt.config.StreamingConfig;
import dev.newt.config.TrainingConfig;
import dev.newt.model.DecoderSpec;
import dev.newt.plan.ExecutionPlan.Compute;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A plan's identity: SHA-256 of what the weights after a given step depend on, written as text. What is empty is left out, so that a plan
 * keeps its hash when the program learns a key that it does not use.
 */
final class PlanHash {
    /** Where prepared rows are kept, and whether layers are computed again, changes no result; what bf16 comes to is said apart. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("datasetPreparedPath", "checkpointing", "bf16");

    private final StringBuilder text = new StringBuilder();

    private PlanHash() {}

    private record Identity(
            ModelConfig model,
            DecoderSpec spec,
            AdapterConfig adapter,
            DataConfig data,
            Optional<StreamingConfig> streaming,
            TrainingConfig training,
            String computeType) {}

    /** Of everything that the result of a run depends on. */
    static String of(NewtConfig config, DecoderSpec spec, Compute compute) {
        return digest(new Identity(
                config.model(),
                spec,
                config.adapter(),
                config.data(),
                config.streaming().inUse(),
                config.training(),
                compute.type()));
    }

    /** SHA-256 of a record's values, in hexadecimal digits. */
    static String digest(Record value) {
        PlanHash hash = new PlanHash();
        hash.append(value);
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(hash.text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every text has its length before it, so that different values never give the same text. */
    private void append(Object value) {
        if (value instanceof Record record) {
            appendRecord(record);
        } else if (value instanceof Optional<?> optional) {
            append(optional.orElseThrow());
        } else if (value instanceof Collection<?> items) {
            text.append('[');
            items.forEach(this::append);
            text.append(']');
        } else if (value instanceof Map<?, ?> map) {
            text.append('{');
            new TreeMap<>(map).forEach((key, entry) -> {
                append(key);
                append(entry);
            });
            text.append('}');
        } else {
            String written = value instanceof Enum<?> constant ? constant.name() : String.valueOf(value);
            text.append(written.length()).append(':').append(written);
        }
    }

    private void appendRecord(Record record) {
        text.append('(');
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            Object value = value(record, component);
            if (!isEmpty(value) && !WITHOUT_EFFECT.contains(component.getName())) {
                append(component.getName());
                append(value);
            }
        }
        text.append(')');
    }

    private static boolean isEmpty(Object value) {
        return value instanceof Optional<?> optional && optional.isEmpty()
                || value instanceof Collection<?> items && items.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty();
    }

    private static Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(record.getClass() + " has public components alone", e);
        }
    }
}
