package dev.newt.data.preference;

import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;
import java.util.Arrays;

/** A prompt and an answer as tokens, as TRL makes them: each tokenised separately, with only the end token added. */
final class Completion {
    private Completion() {}

    static Example of(String prompt, String completion, Tokenizer tokenizer) {
        int[] answer = tokenizer.encode(completion);
        boolean ends = tokenizer.eosId().isPresent()
                && (answer.length == 0
                        || answer[answer.length - 1] != tokenizer.eosId().getAsInt());
        if (ends) {
            answer = Arrays.copyOf(answer, answer.length + 1);
            answer[answer.length - 1] = tokenizer.eosId().getAsInt();
        }
        return of(tokenizer.encode(prompt), answer);
    }

    /** Of tokens that are whole: nothing is added. */
    static Example of(int[] prompt, int[] answer) {
        int[] ids = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, ids, prompt.length, answer.length);
        boolean[] trained = new boolean[ids.length];
        Arrays.fill(trained, prompt.length, ids.length, true);
        return new Example(ids, trained);
    }
}
