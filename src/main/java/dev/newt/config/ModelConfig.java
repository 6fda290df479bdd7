package dev.newt.config;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.Optional;

/**
 * The model that is tuned.
 *
 * @param baseModel folder with config.json, weights and tokenizer
 * @param tokenizerConfig folder with the tokenizer's files, where it is not the model's
 * @param reinitWeights draw the weights at random instead of reading them: training from nothing
 * @param loadIn4bit store the frozen matrices in NF4
 */
public record ModelConfig(
        @Key("base_model") @NotBlank String baseModel,
        @Key("tokenizer_config") Optional<@Size(min = 1) String> tokenizerConfig,
        @Key(value = "reinit_weights", byDefault = "false") Boolean reinitWeights,
        @Key(value = "load_in_4bit", byDefault = "false") Boolean loadIn4bit,
        @Key(value = "bf16", byDefault = "auto") Precision bf16,
        @Key("special_tokens") Optional<SpecialTokens> specialTokens) {}
