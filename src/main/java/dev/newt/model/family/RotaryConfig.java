package dev.newt.model.family;

import dev.newt.model.Rotary;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads the rotary settings in the form of transformers 5 ({@code rope_parameters}) or of transformers 4 ({@code rope_theta} and {@code
 * rope_scaling}), with its order of precedence.
 */
final class RotaryConfig {
    /** What any kind may carry; transformers, too, passes over a setting of another kind. */
    private static final Set<String> KNOWN = Set.of(
            "rope_type",
            "type",
            "rope_theta",
            "partial_rotary_factor",
            "factor",
            "original_max_position_embeddings",
            "attention_factor",
            "beta_fast",
            "beta_slow",
            "mscale",
            "mscale_all_dim",
            "truncate",
            "low_freq_factor",
            "high_freq_factor");

    private static final String KINDS = "supported are default, linear, dynamic, yarn and llama3";

    private RotaryConfig() {}

    /** @param defaultTheta the family's {@code rope_theta} where config.json has none */
    static Rotary read(ConfigFields config, int headDim, int maxPositions, double defaultTheta) {
        refuseUnsupported(config);
        if (headDim % 2 != 0) {
            throw config.wrong("head_dim", headDim, "rotary embedding needs an even number");
        }
        // transformers lets rope_scaling, where it says anything, win over rope_parameters.
        Optional<ConfigFields> scaling =
                config.object("rope_scaling").filter(fields -> !fields.keys().isEmpty());
        ConfigFields fields = scaling.or(() -> config.object("rope_parameters")).orElse(null);
        if (fields == null) {
            return new Rotary(config.positiveNumberOr("rope_theta", defaultTheta), headDim, new Rotary.Default());
        }
        refuseUnknown(fields);
        double theta = fields.positiveNumberOr("rope_theta", config.positiveNumberOr("rope_theta", defaultTheta));
        return new Rotary(theta, headDim, scaling(fields, config, maxPositions));
    }

    private static Rotary.Scaling scaling(ConfigFields fields, ConfigFields config, int maxPositions) {
        String kind = fields.string("rope_type").or(() -> fields.string("type")).orElse("default");
        return switch (kind) {
            case "default" -> new Rotary.Default();
            case "linear" -> new Rotary.Linear(fields.positiveNumber("factor"));
            case "dynamic" -> new Rotary.Dynamic(fields.positiveNumber("factor"), maxPositions);
            case "yarn" -> yarn(fields, originalPositions(fields, config, maxPositions), maxPositions);
            case "llama3" -> llama3(fields, originalPositions(fields, config, maxPositions));
            default -> throw fields.wrong("rope_type", kind, KINDS);
        };
    }

    private static Rotary.Scaling yarn(ConfigFields fields, int original, int maxPositions) {
        double factor = fields.positiveNumberOr("factor", maxPositions / (double) original);
        OptionalDouble attentionFactor = fields.optionalNumber("attention_factor");
        return new Rotary.Yarn(
                factor,
                original,
                nonZeroOr(fields, "beta_fast", 32),
                nonZeroOr(fields, "beta_slow", 1),
                fields.booleanOr("truncate", true),
                attentionFactor,
                fields.optionalNumber("mscale"),
                fields.optionalNumber("mscale_all_dim"));
    }

    private static Rotary.Scaling llama3(ConfigFields fields, int original) {
        double low = fields.positiveNumber("low_freq_factor");
        double high = fields.positiveNumber("high_freq_factor");
        if (high <= low) {
            throw fields.wrong("high_freq_factor", high, "more than low_freq_factor, " + low + ", is needed");
        }
        return new Rotary.Llama3(fields.positiveNumber("factor"), low, high, original);
    }

    /** The pretrained context: a value beside the rotary settings wins over one among them. */
    private static int originalPositions(ConfigFields fields, ConfigFields config, int maxPositions) {
        String key = "original_max_position_embeddings";
        OptionalInt outer = config.optionalPositiveInt(key);
        return outer.isPresent()
                ? outer.getAsInt()
                : fields.optionalPositiveInt(key).orElse(maxPositions);
    }

    /** transformers takes 0, too, as unset. */
    private static double nonZeroOr(ConfigFields fields, String key, double otherwise) {
        double value = fields.optionalNumber(key).orElse(0);
        return value == 0 ? otherwise : fields.positiveNumber(key);
    }

    private static void refuseUnsupported(ConfigFields config) {
        for (String key : Arrays.asList("rope_interleaved", "use_mrope")) {
            if (config.booleanOr(key, false)) {
                throw config.wrong(key, true, "only rotary embedding of half-split pairs over one axis is supported");
            }
        }
        refusePartial(config);
    }

    private static void refuseUnknown(ConfigFields fields) {
        for (String key : fields.keys()) {
            if (!KNOWN.contains(key)) {
                throw fields.wrong(key, "not a rotary setting that is supported", KINDS);
            }
        }
        refusePartial(fields);
    }

    private static void refusePartial(ConfigFields fields) {
        double part = fields.optionalNumber("partial_rotary_factor").orElse(1);
        if (part != 1) {
            throw fields.wrong("partial_rotary_factor", part, "this family turns whole heads: only 1 is supported");
        }
    }
}
