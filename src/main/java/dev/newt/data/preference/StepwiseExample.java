package dev.newt.data.preference;

import dev.newt.token.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * A chain of reasoning with a verdict for each step, for process reward models.
 *
 * @param prompt the problem
 * @param steps in order
 */
public record StepwiseExample(String prompt, List<Step> steps) implements PreferenceExample {
    private static final int NO_LABEL = -100;

    /** @param correct the verdict on this step */
    public record Step(String text, boolean correct) {}

    /**
     * Tokens and what to predict at each.
     *
     * @param ids the prompt after the begin token, and each step followed by a separator
     * @param labels 1 or 0 at the last token of a step, -100 elsewhere
     */
    public record Tokens(int[] ids, int[] labels) {}

    public StepwiseExample {
        steps = List.copyOf(steps);
    }

    /**
     * The tokens of the whole chain.
     *
     * @param separator text after each step; Axolotl's default is a line end
     * @param lastStepOnly whether only the last step keeps its verdict
     */
    public Tokens tokens(Tokenizer tokenizer, String separator, boolean lastStepOnly) {
        int[] ids = joined(
                tokenizer.bosId().isPresent() ? new int[] {tokenizer.bosId().getAsInt()} : new int[0],
                tokenizer.encode(prompt));
        int[] behind = tokenizer.encode(separator);
        int[] labels = new int[ids.length];
        Arrays.fill(labels, NO_LABEL);
        for (int i = 0; i < steps.size(); i++) {
            int[] step = joined(tokenizer.encode(steps.get(i).text()), behind);
            int start = ids.length;
            ids = joined(ids, step);
            labels = Arrays.copyOf(labels, ids.length);
            Arrays.fill(labels, start, ids.length, NO_LABEL);
            if (step.length > 0 && (!lastStepOnly || i == steps.size() - 1)) {
                labels[ids.length - 1] = steps.get(i).correct() ? 1 : 0;
            }
        }
        return new Tokens(ids, labels);
    }

    private static int[] joined(int[] first, int[] second) {
        int[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
