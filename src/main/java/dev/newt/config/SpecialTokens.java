package dev.newt.config;

import java.util.Optional;

/** {@code special_tokens}: texts of tokens that replace the tokenizer's own. */
public record SpecialTokens(
        @Key(value = "bos_token", description = "Token that begins a text.", example = "\"<s>\"")
                Optional<String> bosToken,
        @Key(value = "eos_token", description = "Token that ends a text.", example = "\"<|im_end|>\"")
                Optional<String> eosToken,
        @Key(
                        value = "pad_token",
                        description = "Token for padding, which training itself never needs.",
                        example = "\"<pad>\"")
                Optional<String> padToken,
        @Key(value = "unk_token", description = "Token for what the vocabulary lacks.", example = "\"<unk>\"")
                Optional<String> unkToken) {}
