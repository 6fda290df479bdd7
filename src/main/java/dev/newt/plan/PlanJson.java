package dev.newt.plan;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A plan as JSON: snake_case names in a fixed order, absent values as null. */
public final class PlanJson {
    /** The settings are the plan's source; the file shows what they come to. */
    @JsonIgnoreProperties({"settings", "hashed"})
    private interface WithoutSettings {}

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .addMixIn(ExecutionPlan.class, WithoutSettings.class)
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
}
