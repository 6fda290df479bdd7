package dev.newt.config;

import java.util.Optional;

/** {@code special_tokens}: texts of tokens that replace the tokenizer's own. */
public record SpecialTokens(
        @Key("bos_token") Optional<String> bosToken,
        @Key("eos_token") Optional<String> eosToken,
        @Key("pad_token") Optional<String> padToken,
        @Key("unk_token") Optional<String> unkToken) {}
