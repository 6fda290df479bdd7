package dev.newt.data.preference;

import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;
import java.util.Arrays;

/** A prompt and an answer as tokens, as TRL makes them: each tokenised separately, with only the end token added. */
final class Completion {
    private Completion() {}

    static Example of(String prompt, String completion, Tokenizer tokenizer) {
        int[] given = tokenizer.encode(prompt);
        int[] answer = tokenizer.encode(completion);
        boolean ends = tokenizer.eosId().isPresent()
                && (answer.length == 0
                        || answer[answer.length - 1] != tokenizer.eosId().getAsInt());
        int length = given.length + answer.length + (ends ? 1 : 0);
        int[] ids = Arrays.copyOf(given, length);
        System.arraycopy(answer, 0, ids, given.length, answer.length);
        if (ends) {
            ids[length - 1] = tokenizer.eosId().getAsInt();
        }
        boolean[] trained = new boolean[length];
        Arrays.fill(trained, given.length, length, true);
        return new Example(ids, trained);
    }
}
