package dev.newt.plan;

import dev.newt.config.AdapterConfig;
import dev.newt.config.DataConfig;
import dev.newt.config.ModelConfig;
import dev.newt.config.NewtConfig;
import dev.newt.config.TrainingConfig;
import dev.newt.model.DecoderSpec;
import dev.newt.plan.ExecutionPlan.Compute;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A plan as JSON: snake_case names in a fixed order, absent values as null. */
public final class PlanJson {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    private PlanJson() {}

    /** Indented, with a final line end. */
    public static String write(ExecutionPlan plan) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(plan).replace("\r\n", "\n") + "\n";
    }

    /** The same, with {@code fit} behind it. */
    public static String write(ExecutionPlan plan, Fit fit) {
        ObjectNode json = MAPPER.valueToTree(plan);
        json.set("fit", MAPPER.valueToTree(fit));
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(json).replace("\r\n", "\n") + "\n";
    }

    /** What the weights after a given step depend on. */
    private record Identity(
            ModelConfig model,
            DecoderSpec spec,
            AdapterConfig adapter,
            DataConfig data,
            TrainingConfig training,
            String computeType) {}

    /** SHA-256 in hexadecimal digits of what the run's result depends on. */
    static String hash(NewtConfig config, DecoderSpec spec, Compute compute) {
        Identity identity =
                new Identity(config.model(), spec, config.adapter(), config.data(), config.training(), compute.type());
        ObjectNode json = MAPPER.valueToTree(identity);
        // Where prepared rows are kept, and whether layers are computed again, changes no result.
        ((ObjectNode) json.get("data")).remove("dataset_prepared_path");
        ((ObjectNode) json.get("training")).remove("checkpointing");
        ((ObjectNode) json.get("model")).remove("bf16");
        return digest(json.toString());
    }

    /** SHA-256 in hexadecimal digits of a value's JSON. */
    static String digest(Object value) {
        return digest(MAPPER.writeValueAsString(value));
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
