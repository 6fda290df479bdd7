package dev.newt.data.preference;

import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;

/**
 * One answer with a verdict, for KTO.
 *
 * @param prompt the prompt, with the header of the answer
 * @param completion the answer, with the text that ends it
 * @param desirable the verdict
 */
public record KtoExample(String prompt, String completion, boolean desirable) implements PreferenceExample {
    /** Prompt and answer; the answer is trained, with the end token after it. */
    public Example example(Tokenizer tokenizer) {
        return Completion.of(prompt, completion, tokenizer);
    }
}
