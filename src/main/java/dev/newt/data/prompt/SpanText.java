package dev.newt.data.prompt;

import dev.newt.token.TokenizedText;
import dev.newt.token.Tokenizer;

/** Text that is tokenised as a whole, parts of which are trained. */
final class SpanText {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder trained = new StringBuilder();

    SpanText add(String part, boolean isTrained) {
        text.append(part);
        trained.append((isTrained ? "1" : "0").repeat(part.length()));
        return this;
    }

    /** Adds its tokens; a token that covers both kinds is not trained. */
    void addTo(ExampleBuilder example, Tokenizer tokenizer) {
        CharacterMask mask = new CharacterMask(text.length());
        for (int i = 0; i < text.length(); i++) {
            if (trained.charAt(i) == '1') {
                mask.train(i, i + 1);
            } else {
                mask.forbid(i, i + 1);
            }
        }
        TokenizedText tokens = tokenizer.encodeWithOffsets(text.toString());
        boolean[] trained = mask.trained(tokens);
        for (int i = 0; i < tokens.length(); i++) {
            example.add(new int[] {tokens.ids()[i]}, trained[i]);
        }
    }
}
