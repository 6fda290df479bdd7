package dev.newt.model.family;

import dev.newt.model.DecoderSpec;
import dev.newt.model.Experts;
import dev.newt.model.FeedForward;
import dev.newt.model.Role;
import dev.newt.tensor.RoutingSpec;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Mixtral 8x7B and 8x22B (transformers' MixtralConfig): Mistral with experts instead of the feed-forward part. Tensors are named as in the published
 * checkpoints, which transformers 5 writes, too: a matrix for each projection of each expert. The stacks that it holds in memory, and writes where it is told
 * not to keep the original format, are read as well.
 */
final class Mixtral implements Family {
    private static final Defaults DEFAULTS = new Defaults(131_072, OptionalInt.empty(), 1_000_000, 1e-5);
    private static final int DEFAULT_EXPERTS = 8;
    private static final int DEFAULT_EXPERTS_OF_A_TOKEN = 2;
    private static final double DEFAULT_BALANCE = 0.001;

    @Override
    public String name() {
        return "mixtral";
    }

    @Override
    public boolean llamaTokenDefaults() {
        return true;
    }

    @Override
    public ModuleNames names() {
        String block = "model.layers.{}.block_sparse_moe.";
        return ModuleNames.LLAMA.with(
                Map.of(
                        Role.ROUTER, block + "gate",
                        Role.EXPERT_GATE, block + "experts.{expert}.w1",
                        Role.EXPERT_UP, block + "experts.{expert}.w3",
                        Role.EXPERT_DOWN, block + "experts.{expert}.w2"),
                List.of(
                        new Stack("model.layers.{}.mlp.gate.weight", List.of(Role.ROUTER)),
                        new Stack(
                                "model.layers.{}.mlp.experts.gate_up_proj", List.of(Role.EXPERT_GATE, Role.EXPERT_UP)),
                        new Stack("model.layers.{}.mlp.experts.down_proj", List.of(Role.EXPERT_DOWN))));
    }

    @Override
    public DecoderSpec spec(ConfigFields config) {
        CommonConfig common = new CommonConfig(config, DEFAULTS);
        OptionalInt window = config.optionalPositiveInt("sliding_window");
        return common.spec(
                CommonConfig.Attention.plain(common.kvHeads(8), Mistral.windows(config, common, window)),
                experts(config, common));
    }

    private static FeedForward experts(ConfigFields config, CommonConfig common) {
        double jitter = config.optionalNumber("router_jitter_noise").orElse(0);
        if (jitter != 0) {
            throw config.wrong("router_jitter_noise", jitter, "only 0 is supported");
        }
        // transformers takes either name.
        String key = config.has("num_experts") ? "num_experts" : "num_local_experts";
        int experts = config.optionalPositiveInt(key).orElse(DEFAULT_EXPERTS);
        int chosen = config.optionalPositiveInt("num_experts_per_tok").orElse(DEFAULT_EXPERTS_OF_A_TOKEN);
        if (chosen > experts) {
            throw config.wrong("num_experts_per_tok", chosen, "at most " + key + ", " + experts + ", is possible");
        }
        return new Experts(
                config.positiveInt("intermediate_size"),
                common.activation("silu"),
                experts,
                new RoutingSpec(chosen, true),
                balance(config));
    }

    /** transformers adds the routers' loss where it is told to give out their logits. */
    private static double balance(ConfigFields config) {
        String key = "router_aux_loss_coef";
        double factor = config.optionalNumber(key).orElse(DEFAULT_BALANCE);
        if (!(factor >= 0) || Double.isInfinite(factor)) {
            throw config.wrong(key, factor, "a number from 0 on is needed");
        }
        return config.booleanOr("output_router_logits", false) ? factor : 0;
    }
}
