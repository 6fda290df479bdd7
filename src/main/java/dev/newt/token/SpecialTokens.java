package dev.newt.token;

import java.util.Optional;

/** Special tokens that replace those in the tokenizer's own files. Each must exist in the vocabulary. */
public record SpecialTokens(
        Optional<String> bosToken, Optional<String> eosToken, Optional<String> padToken, Optional<String> unkToken) {
    public static SpecialTokens none() {
        return new SpecialTokens(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
}
