package dev.newt.model.family;

import dev.newt.model.DecoderSpec;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

/** Mistral 7B and its successors of dense form (transformers' MistralConfig): Llama with grouped heads and, at first, a sliding window. */
final class Mistral implements Family {
    private static final int DEFAULT_WINDOW = 4096;

    @Override
    public String name() {
        return "mistral";
    }

    @Override
    public boolean llamaTokenDefaults() {
        return true;
    }

    @Override
    public DecoderSpec spec(ConfigFields config) {
        CommonConfig common = new CommonConfig(config, Defaults.of(131_072));
        OptionalInt window = config.isNull("sliding_window")
                ? OptionalInt.empty()
                : OptionalInt.of(config.optionalPositiveInt("sliding_window").orElse(DEFAULT_WINDOW));
        return common.spec(
                CommonConfig.Attention.plain(common.kvHeads(8), windows(config, common, window)), common.gated(false));
    }

    /** The same window in all layers, which {@code layer_types} may repeat but not change. */
    static List<OptionalInt> windows(ConfigFields config, CommonConfig common, OptionalInt window) {
        List<OptionalInt> windows = Collections.nCopies(common.layers(), window);
        if (config.has("layer_types") && !common.windowsByLayerTypes(window).equals(windows)) {
            throw config.wrong(
                    "layer_types",
                    "different from layer to layer or from sliding_window",
                    "such a model has the same attention in all layers");
        }
        return windows;
    }
}
