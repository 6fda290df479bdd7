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
        CommonConfig common = new CommonConfig(config, 131_072);
        OptionalInt window = config.isNull("sliding_window")
                ? OptionalInt.empty()
                : OptionalInt.of(config.optionalPositiveInt("sliding_window").orElse(DEFAULT_WINDOW));
        List<OptionalInt> windows = Collections.nCopies(common.layers(), window);
        if (config.has("layer_types") && !common.windowsByLayerTypes(window).equals(windows)) {
            throw config.wrong(
                    "layer_types",
                    "different from layer to layer or from sliding_window",
                    "a mistral model has the same attention in all layers");
        }
        return common.spec(common.kvHeads(8), false, false, false, windows);
    }
}
