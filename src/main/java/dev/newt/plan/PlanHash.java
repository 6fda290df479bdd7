package dev.newt.plan;

import dev.newt.io.NotInHash;
import dev.newt.io.Sha256;
import dev.newt.model.DecoderSpec;
import dev.newt.objective.Objective;
import dev.newt.plan.ExecutionPlan.Compute;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A plan's identity: SHA-256 of what the weights after a given step depend on, written as text. What is empty is left out, so that a plan
 * keeps its hash when the program comes to know a key that it does not use.
 */
final class PlanHash {
    private final StringBuilder text = new StringBuilder();

    private PlanHash() {}

    /** @param objective its name: two may have the same constants */
    private record Identity(RunSettings settings, DecoderSpec spec, String computeType, Optional<String> objective) {}

    /** Of everything that the result of a run depends on. */
    static String of(RunSettings settings, DecoderSpec spec, Compute compute) {
        return digest(new Identity(
                settings, spec, compute.type(), settings.objective().map(Objective::name)));
    }

    /** SHA-256 of a record's values, in hexadecimal digits. */
    static String digest(Record value) {
        PlanHash hash = new PlanHash();
        hash.append(value);
        return Sha256.plainHex(hash.text.toString().getBytes(StandardCharsets.UTF_8));
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
            if (component.isAnnotationPresent(NotInHash.class)) {
                continue;
            }
            Object value = value(record, component);
            if (!isEmpty(value)) {
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

    /** A component that is public. */
    static Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(record.getClass() + " has public components alone", e);
        }
    }
}
