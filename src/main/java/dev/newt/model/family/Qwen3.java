package dev.newt.model.family;

import dev.newt.model.DecoderSpec;

/** Qwen 3 of dense form (transformers' Qwen3Config): Qwen 2 with normed query and key heads, and biases only where asked for. */
final class Qwen3 implements Family {
    private static final int DEFAULT_HEAD_DIM = 128;

    @Override
    public String name() {
        return "qwen3";
    }

    @Override
    public DecoderSpec spec(ConfigFields config) {
        CommonConfig common = new CommonConfig(config, Defaults.of(32_768).withHeadDim(DEFAULT_HEAD_DIM));
        boolean bias = config.booleanOr("attention_bias", false);
        return common.spec(
                new CommonConfig.Attention(common.kvHeads(32), bias, bias, true, Qwen2.windows(config, common)),
                common.gated(false));
    }
}
