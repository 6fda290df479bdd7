package dev.newt.model.family;

import dev.newt.model.DecoderSpec;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** Llama 1 to 3.x and the many models that are saved in its form (transformers' LlamaConfig). */
final class Llama implements Family {
    @Override
    public String name() {
        return "llama";
    }

    @Override
    public boolean llamaTokenDefaults() {
        return true;
    }

    @Override
    public DecoderSpec spec(ConfigFields config) {
        int tensorParallel = config.optionalInt("pretraining_tp").orElse(1);
        if (tensorParallel > 1) {
            throw config.wrong(
                    "pretraining_tp", tensorParallel, "only 1 is supported, for it changes how sums are rounded");
        }
        boolean attentionBias = config.booleanOr("attention_bias", false);
        CommonConfig common = new CommonConfig(config, Defaults.of(2048));
        List<OptionalInt> windows = Collections.nCopies(common.layers(), OptionalInt.empty());
        return common.spec(
                new CommonConfig.Attention(
                        common.kvHeads(common.heads()), attentionBias, attentionBias, false, windows),
                common.gated(config.booleanOr("mlp_bias", false)));
    }
}
