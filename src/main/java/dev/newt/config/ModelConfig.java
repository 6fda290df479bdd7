package dev.newt.config;

import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The model that is tuned.
 *
 * @param baseModel folder with config.json, weights and tokenizer
 * @param tokenizerConfig folder with the tokenizer's files, where it is not the model's
 * @param reinitWeights draw the weights at random instead of reading them: training from nothing
 * @param loadIn4bit store the frozen matrices in NF4
 * @param loadIn8bit asked for, but they stay as they are
 * @param baseModelConfig folder or name of config.json, which must be the model's own
 */
@CrossChecked
public record ModelConfig(
        @Key(
                        value = "base_model",
                        description =
                                "Model to tune: a folder with config.json, safetensors and tokenizer.json, or a name on the Hugging Face hub.",
                        example = "./models/Llama-3.2-1B")
                @NotBlank
                String baseModel,
        @Key(
                        value = "revision_of_model",
                        description = "Branch, tag or commit of a base_model on the hub; unset, main.",
                        example = "main")
                Optional<@Size(min = 1) String> revisionOfModel,
        @Key(
                        value = "tokenizer_config",
                        description = "Folder of the tokenizer, where it is not the model's own.",
                        example = "./models/other-tokenizer")
                Optional<@Size(min = 1) String> tokenizerConfig,
        @Key(
                        value = "reinit_weights",
                        byDefault = "false",
                        description = "Draws all weights at random instead of reading them: training from nothing.")
                Boolean reinitWeights,
        @Key(
                        value = "load_in_4bit",
                        byDefault = "false",
                        description =
                                "Keeps the frozen weights in 4 bits (NF4 with quantised scales); needs an adapter.")
                Boolean loadIn4bit,
        @Key(
                        value = "load_in_8bit",
                        byDefault = "false",
                        status = KeyStatus.MORE_MEMORY,
                        description =
                                "The frozen weights stay in 16 or 32 bits, which takes more memory and is more exact; load_in_4bit: true with adapter: qlora takes less.")
                Boolean loadIn8bit,
        @Key(
                        value = "base_model_config",
                        description =
                                "Where config.json is, which must be with the weights: the same as base_model, or nothing.",
                        example = "./models/Llama-3.2-1B")
                Optional<String> baseModelConfig,
        @Key(
                        value = "bf16",
                        byDefault = "auto",
                        description =
                                "Whether weights and activations are bfloat16; auto chooses it where the processor multiplies bfloat16.")
                Precision bf16,
        @Key(
                        value = "special_tokens",
                        description = "Texts of tokens that replace the tokenizer's own.",
                        example = "{pad_token: \"<pad>\"}")
                Optional<SpecialTokens> specialTokens)
        implements CrossChecked.Rules {
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (baseModelConfig.filter(config -> !config.equals(baseModel)).isPresent()) {
            findings.add(Finding.error(
                            "base_model_config must be the same as base_model, or be left out",
                            "base_model_config",
                            "base_model")
                    .because("the shape of a model is read from the config.json that lies with its weights"));
        }
        if (loadIn8bit && loadIn4bit) {
            findings.add(Finding.error(
                            "load_in_8bit and load_in_4bit exclude each other; leave load_in_8bit out",
                            "load_in_8bit",
                            "load_in_4bit")
                    .because("a weight is kept in one format"));
        }
        return findings;
    }
}
