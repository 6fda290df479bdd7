package dev.newt.run;

import dev.newt.data.Example;
import dev.newt.data.PreparedDataset;
import dev.newt.data.token.Tokenizer;
import java.util.Arrays;

/** Prepared examples as text, with what is trained in them. */
public final class TokenView {
    private static final String GREEN = "\u001B[32m";
    private static final String PLAIN = "\u001B[0m";

    private final PreparedDataset dataset;
    private final Tokenizer tokenizer;

    TokenView(PreparedDataset dataset, Tokenizer tokenizer) {
        this.dataset = dataset;
        this.tokenizer = tokenizer;
    }

    public int examples() {
        return dataset.size();
    }

    public String summary(int index) {
        Example example = dataset.example(index);
        return example.length() + " tokens, " + example.trainedTokens() + " trained";
    }

    /** The example's text; runs of trained tokens are green, or stand in {@code [[ ]]} where colours are not wanted. */
    public String marked(int index, boolean colours) {
        Example example = dataset.example(index);
        StringBuilder text = new StringBuilder();
        int start = 0;
        while (start < example.length()) {
            boolean trained = example.trained()[start];
            int end = start;
            while (end < example.length() && example.trained()[end] == trained) {
                end++;
            }
            String run = tokenizer.decode(Arrays.copyOfRange(example.tokenIds(), start, end), false);
            if (trained) {
                text.append(colours ? GREEN : "[[").append(run).append(colours ? PLAIN : "]]");
            } else {
                text.append(run);
            }
            start = end;
        }
        return text.toString();
    }
}
