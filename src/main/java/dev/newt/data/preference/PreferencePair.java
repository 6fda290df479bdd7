package dev.newt.data.preference;

import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;

/**
 * Two answers to one prompt, for DPO, IPO, SimPO and ORPO, and for reward models, which read prompt and answer as one text.
 *
 * @param prompt the prompt, with the header of the answer
 * @param chosen the better answer, with the text that ends it
 * @param rejected the worse one
 */
public record PreferencePair(String prompt, String chosen, String rejected) implements PreferenceExample {
    /** Prompt and better answer; the answer is trained, with the end token after it. */
    public Example chosenExample(Tokenizer tokenizer) {
        return Completion.of(prompt, chosen, tokenizer);
    }

    /** Prompt and worse answer, like {@link #chosenExample}. */
    public Example rejectedExample(Tokenizer tokenizer) {
        return Completion.of(prompt, rejected, tokenizer);
    }
}
