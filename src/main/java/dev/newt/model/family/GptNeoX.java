package dev.newt.model.family;

import dev.newt.model.Block;
import dev.newt.model.DecoderSpec;
import dev.newt.model.FeedForward;
import dev.newt.model.GroupedAttention;
import dev.newt.model.Norm;
import dev.newt.model.Role;
import dev.newt.model.Rotary;
import dev.newt.tensor.AttentionSpec;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/**
 * GPT-NeoX and Pythia (transformers' GPTNeoXConfig): layer norms, fused query, key and value, a plain feed-forward part beside the attention, and
 * heads that turn in part.
 */
final class GptNeoX implements Family {
    private static final int DEFAULT_POSITIONS = 2048;
    private static final double DEFAULT_THETA = 10_000;
    private static final double DEFAULT_TURNING = 0.25;
    private static final Set<String> ROTARY = Set.of("rope_type", "type", "rope_theta", "partial_rotary_factor");

    @Override
    public String name() {
        return "gpt_neox";
    }

    @Override
    public ModuleNames names() {
        Map<Role, String> names = new EnumMap<>(Role.class);
        names.put(Role.EMBEDDING, "gpt_neox.embed_in");
        names.put(Role.QUERY_KEY_VALUE, "gpt_neox.layers.{}.attention.query_key_value");
        names.put(Role.ATTENTION_OUTPUT, "gpt_neox.layers.{}.attention.dense");
        names.put(Role.UP, "gpt_neox.layers.{}.mlp.dense_h_to_4h");
        names.put(Role.DOWN, "gpt_neox.layers.{}.mlp.dense_4h_to_h");
        names.put(Role.ATTENTION_NORM, "gpt_neox.layers.{}.input_layernorm");
        names.put(Role.MLP_NORM, "gpt_neox.layers.{}.post_attention_layernorm");
        names.put(Role.FINAL_NORM, "gpt_neox.final_layer_norm");
        names.put(Role.HEAD, "embed_out");
        return new ModuleNames(Map.copyOf(names));
    }

    @Override
    public DecoderSpec spec(ConfigFields config) {
        if (config.has("head_dim")) {
            throw config.wrong("head_dim", "set", "a gpt_neox model's heads share its hidden size; remove it");
        }
        int hidden = config.positiveInt("hidden_size");
        int heads = config.positiveInt("num_attention_heads");
        if (hidden % heads != 0) {
            throw config.wrong("hidden_size", hidden, "a multiple of num_attention_heads, " + heads + ", is needed");
        }
        CommonConfig common = new CommonConfig(config, Defaults.of(DEFAULT_POSITIONS));
        double dropout = config.optionalNumber("hidden_dropout").orElse(0);
        if (dropout != 0) {
            throw config.wrong("hidden_dropout", dropout, "only 0 is supported");
        }
        if (config.booleanOr("tie_word_embeddings", false)) {
            throw config.wrong("tie_word_embeddings", true, "only false is supported for gpt_neox");
        }
        int headDim = hidden / heads;
        boolean bias = config.booleanOr("attention_bias", true);
        GroupedAttention attention = new GroupedAttention(
                new AttentionSpec(heads, heads, headDim, 1 / Math.sqrt(headDim), OptionalInt.empty()),
                rotary(config, headDim),
                true,
                bias,
                bias,
                Optional.empty());
        FeedForward feedForward =
                new FeedForward.Plain(config.positiveInt("intermediate_size"), common.activation("gelu"), true);
        Norm norm = new Norm.Layer(config.positiveNumberOr("layer_norm_eps", 1e-5), true);
        Block.Residual residual =
                config.booleanOr("use_parallel_residual", true) ? Block.Residual.PARALLEL : Block.Residual.SEQUENTIAL;
        List<Block> blocks = Collections.nCopies(common.layers(), new Block(attention, feedForward, norm, residual));
        int positions = config.optionalPositiveInt("max_position_embeddings").orElse(DEFAULT_POSITIONS);
        return new DecoderSpec(config.positiveInt("vocab_size"), hidden, blocks, norm, false, positions);
    }

    /**
     * In the form of transformers 5 ({@code rope_parameters}), or of transformers 4 ({@code rotary_pct} and {@code rotary_emb_base}); the
     * former wins, as there.
     */
    private static Rotary rotary(ConfigFields config, int headDim) {
        Optional<ConfigFields> nested = config.object("rope_scaling")
                .filter(fields -> !fields.keys().isEmpty())
                .or(() -> config.object("rope_parameters"));
        nested.ifPresent(GptNeoX::refuseScaling);
        double base = config.positiveNumberOr("rotary_emb_base", DEFAULT_THETA);
        double share = config.positiveNumberOr("rotary_pct", DEFAULT_TURNING);
        double theta = nested.map(fields -> fields.positiveNumberOr("rope_theta", base))
                .orElse(base);
        double turning = nested.map(fields -> fields.positiveNumberOr("partial_rotary_factor", share))
                .orElse(share);
        int dims = (int) (headDim * turning);
        if (turning > 1 || dims == 0 || dims % 2 != 0) {
            boolean inside =
                    nested.filter(fields -> fields.has("partial_rotary_factor")).isPresent();
            throw (inside ? nested.get() : config)
                    .wrong(
                            inside ? "partial_rotary_factor" : "rotary_pct",
                            turning,
                            "an even number, at least 2, of the " + headDim + " dimensions of a head must turn");
        }
        return new Rotary(theta, dims, new Rotary.Default());
    }

    private static void refuseScaling(ConfigFields fields) {
        String key = fields.has("rope_type") ? "rope_type" : "type";
        String kind = fields.string(key).orElse("default");
        if (!kind.equals("default")) {
            throw fields.wrong(key, kind, "only default is supported for gpt_neox");
        }
        for (String name : fields.keys()) {
            if (!ROTARY.contains(name)) {
                throw fields.wrong(
                        name, "not a rotary setting that is supported", "gpt_neox has " + new TreeSet<>(ROTARY));
            }
        }
    }
}
