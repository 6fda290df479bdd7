package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;
import java.util.Arrays;
import java.util.Optional;

/** A prompt and the answer that the data give to it, for generating from it and comparing. */
public final class Samples {
    /** A template may put a few fixed tokens between an answer and its end token. */
    private static final int LARGEST_GAP = 3;

    /**
     * @param promptIds as the model is asked, up to where its answer begins
     * @param answer expected text, without special tokens and surrounding white space
     */
    public record PromptAndAnswer(int[] promptIds, String answer) {}

    private Samples() {}

    /** The last answer that is trained and all that stands before it; empty where nothing stands before it. */
    public static Optional<PromptAndAnswer> promptAndAnswer(Example example, Tokenizer tokenizer) {
        boolean[] trained = example.trained();
        int end = trained.length;
        while (end > 0 && !trained[end - 1]) {
            end--;
        }
        int start = runStart(trained, end);
        if (end - start == 1) {
            int before = start;
            while (before > 0 && start - before < LARGEST_GAP && !trained[before - 1]) {
                before--;
            }
            start = before > 0 && trained[before - 1] ? runStart(trained, before) : start;
        }
        if (start == 0) {
            return Optional.empty();
        }
        int[] answer = Arrays.copyOfRange(example.tokenIds(), start, end);
        return Optional.of(new PromptAndAnswer(
                Arrays.copyOf(example.tokenIds(), start),
                tokenizer.decode(answer, true).strip()));
    }

    private static int runStart(boolean[] trained, int end) {
        int start = end;
        while (start > 0 && trained[start - 1]) {
            start--;
        }
        return start;
    }
}
