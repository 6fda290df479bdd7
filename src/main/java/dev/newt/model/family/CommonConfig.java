package dev.newt.model.family;

import dev.newt.model.Block;
import dev.newt.model.DecoderSpec;
import dev.newt.model.FeedForward;
import dev.newt.model.GroupedAttention;
import dev.newt.model.Norm;
import dev.newt.model.Rotary;
import dev.newt.tensor.Activation;
import dev.newt.tensor.AttentionSpec;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The fields that all families share, under one name each, and what follows from them. */
final class CommonConfig {
    private final ConfigFields config;
    private final Defaults defaults;
    private final int hidden;
    private final int heads;
    private final int layers;
    private final int headDim;
    private final int maxPositions;

    CommonConfig(ConfigFields config, Defaults defaults) {
        this.config = config;
        this.defaults = defaults;
        hidden = config.positiveInt("hidden_size");
        heads = config.positiveInt("num_attention_heads");
        layers = config.positiveInt("num_hidden_layers");
        headDim = headDim(defaults.headDim());
        maxPositions = config.optionalPositiveInt("max_position_embeddings").orElse(defaults.positions());
        double dropout = config.optionalNumber("attention_dropout").orElse(0);
        if (dropout != 0) {
            throw config.wrong("attention_dropout", dropout, "only 0 is supported");
        }
    }

    int heads() {
        return heads;
    }

    int layers() {
        return layers;
    }

    /** @param absent what holds where the key is not there at all; null means as many as query heads */
    int kvHeads(int absent) {
        String key = "num_key_value_heads";
        int kvHeads =
                config.isNull(key) ? heads : config.optionalPositiveInt(key).orElse(absent);
        if (heads % kvHeads != 0) {
            throw config.wrong(key, kvHeads, "a divisor of num_attention_heads, " + heads + ", is needed");
        }
        return kvHeads;
    }

    /** The windows where {@code layer_types} lists every layer's attention. */
    List<OptionalInt> windowsByLayerTypes(OptionalInt window) {
        List<String> types = config.strings("layer_types").orElseThrow();
        if (types.size() != layers) {
            throw config.wrong(
                    "layer_types", "a list of " + types.size(), "one for each of the " + layers + " layers is needed");
        }
        return types.stream().map(type -> window(type, window)).toList();
    }

    private OptionalInt window(String type, OptionalInt window) {
        return switch (type) {
            case "full_attention" -> OptionalInt.empty();
            case "sliding_attention" -> {
                if (window.isEmpty()) {
                    throw config.wrong("layer_types", type, "that needs a sliding_window, and none is in use");
                }
                yield window;
            }
            default -> throw config.wrong("layer_types", type, "supported are full_attention and sliding_attention");
        };
    }

    /** The feed-forward part that most families have. */
    FeedForward gated(boolean bias) {
        return new FeedForward.Gated(config.positiveInt("intermediate_size"), activation("silu"), bias);
    }

    /**
     * How a family's attention differs from layer to layer and from others'.
     *
     * @param headNorms whether query and key heads are normed
     * @param windows one for each layer
     */
    record Attention(
            int kvHeads, boolean qkvBias, boolean outputBias, boolean headNorms, List<OptionalInt> windows) {
        static Attention plain(int kvHeads, List<OptionalInt> windows) {
            return new Attention(kvHeads, false, false, false, windows);
        }
    }

    /** Blocks of attention and a feed-forward part, each after an RMS norm. */
    DecoderSpec spec(Attention attention, FeedForward feedForward) {
        int vocabulary = config.positiveInt("vocab_size");
        Rotary rotary = RotaryConfig.read(config, headDim, maxPositions, defaults.theta());
        Norm norm = new Norm.Rms(config.positiveNumberOr("rms_norm_eps", defaults.eps()));
        Optional<Norm> headNorm = attention.headNorms() ? Optional.of(norm) : Optional.empty();
        List<Block> blocks = attention.windows().stream()
                .map(window -> new AttentionSpec(heads, attention.kvHeads(), headDim, 1 / Math.sqrt(headDim), window))
                .map(spec -> new GroupedAttention(
                        spec, rotary, false, attention.qkvBias(), attention.outputBias(), headNorm))
                .map(mixer -> new Block(mixer, feedForward, norm, Block.Residual.SEQUENTIAL))
                .toList();
        boolean tied = config.booleanOr("tie_word_embeddings", false);
        return new DecoderSpec(vocabulary, hidden, blocks, norm, tied, maxPositions);
    }

    private int headDim(OptionalInt absent) {
        OptionalInt stated = config.optionalPositiveInt("head_dim");
        if (stated.isEmpty() && absent.isPresent()) {
            return absent.getAsInt();
        }
        if (stated.isEmpty() && hidden % heads != 0) {
            throw config.wrong(
                    "hidden_size",
                    hidden,
                    "without head_dim a multiple of num_attention_heads, " + heads + ", is needed");
        }
        return stated.orElse(hidden / heads);
    }

    /** @param absent what holds where config.json has none */
    Activation activation(String absent) {
        String name = config.string("hidden_act").orElse(absent);
        return switch (name) {
            case "silu", "swish" -> Activation.SILU;
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            default -> throw config.wrong(
                    "hidden_act", name, "supported are silu, swish, gelu, gelu_new and gelu_pytorch_tanh");
        };
    }
}
