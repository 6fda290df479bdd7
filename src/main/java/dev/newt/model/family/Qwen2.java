package dev.newt.model.family;

import dev.newt.model.DecoderSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** Qwen 2 and 2.5 (transformers' Qwen2Config): Llama with biases on query, key and value, and a window on the upper layers if asked for. */
final class Qwen2 implements Family {
    private static final int DEFAULT_WINDOW = 4096;
    private static final int DEFAULT_LAYERS_WITHOUT_WINDOW = 28;

    @Override
    public String name() {
        return "qwen2";
    }

    @Override
    public DecoderSpec spec(ConfigFields config) {
        CommonConfig common = new CommonConfig(config, Defaults.of(32_768));
        return common.spec(
                new CommonConfig.Attention(common.kvHeads(32), true, false, false, windows(config, common)),
                common.gated(false));
    }

    static List<OptionalInt> windows(ConfigFields config, CommonConfig common) {
        OptionalInt window = OptionalInt.empty();
        if (config.booleanOr("use_sliding_window", false) && !config.isNull("sliding_window")) {
            window = OptionalInt.of(config.optionalPositiveInt("sliding_window").orElse(DEFAULT_WINDOW));
        }
        if (config.has("layer_types")) {
            return common.windowsByLayerTypes(window);
        }
        int first = config.optionalInt("max_window_layers").orElse(DEFAULT_LAYERS_WITHOUT_WINDOW);
        List<OptionalInt> windows = new ArrayList<>();
        for (int layer = 0; layer < common.layers(); layer++) {
            windows.add(layer >= first ? window : OptionalInt.empty());
        }
        return windows;
    }
}
