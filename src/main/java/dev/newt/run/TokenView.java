package dev.newt.run;

import dev.newt.data.PreparedDataset;
import dev.newt.data.dataset.Example;
import dev.newt.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Prepared examples as text, with what is trained in them. */
public final class TokenView {
    private static final String GREEN = "\u001B[32m";
    private static final String PLAIN = "\u001B[0m";
    private static final int LINE = 120;

    private final PreparedDataset dataset;
    private final Tokenizer tokenizer;

    TokenView(PreparedDataset dataset, Tokenizer tokenizer) {
        this.dataset = dataset;
        this.tokenizer = tokenizer;
    }

    /** @param text of the token alone */
    public record Token(int id, String text, boolean trained) {}

    /** How many examples the first rows of the set have: of pairs, two each. */
    public int examplesOf(int rows) {
        return Math.min(rows, dataset.size()) * dataset.groupSize();
    }

    /** What an example is called: "example 3", or "pair 1, chosen answer". */
    public String title(int index) {
        if (dataset.groupSize() == 1) {
            return "example " + index;
        }
        return "pair " + index / 2 + (index % 2 == 0 ? ", chosen answer" : ", rejected answer");
    }

    private Example example(int index) {
        return dataset.group(index / dataset.groupSize()).get(index % dataset.groupSize());
    }

    /** Its tokens, and the row that it came of. */
    public String summary(int index) {
        Example example = example(index);
        return example.length() + " tokens, " + example.trainedTokens() + " trained, from "
                + dataset.place(index / dataset.groupSize());
    }

    /** The example token by token. */
    public List<Token> tokens(int index) {
        Example example = example(index);
        return IntStream.range(0, example.length())
                .mapToObj(i -> new Token(example.tokenIds()[i], text(example.tokenIds()[i]), example.trained()[i]))
                .toList();
    }

    /** The text of one token; tokens that are part of a character show its replacement. */
    public String text(int id) {
        return tokenizer.decode(new int[] {id}, false);
    }

    /**
     * The example token by token, for a terminal: each with its id, trained ones with a plus before them, and green where colours are
     * wanted.
     */
    public String listed(int index, boolean colours) {
        StringBuilder listed = new StringBuilder();
        int column = 0;
        for (Token token : tokens(index)) {
            String shown = (token.trained() ? "+" : "") + spaced(token.text()) + "(" + token.id() + ")";
            if (column > 0 && column + shown.length() >= LINE) {
                listed.append('\n');
                column = 0;
            }
            listed.append(column > 0 ? " " : "");
            listed.append(token.trained() && colours ? GREEN + shown + PLAIN : shown);
            column += shown.length() + 1;
        }
        return listed.toString();
    }

    /** As {@link #visible}, and spaces as dots, so that a token's own can be told from those between tokens. */
    public static String spaced(String text) {
        return visible(text).replace(' ', '\u00b7');
    }

    /** A text in which line ends and control characters can be seen, and do nothing to a terminal. */
    public static String visible(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars().forEach(c -> {
            switch (c) {
                case '\n' -> shown.append("\\n");
                case '\t' -> shown.append("\\t");
                case '\r' -> shown.append("\\r");
                default -> {
                    if (c < ' ' || c == 0x7f) {
                        shown.append(String.format(Locale.ROOT, "\\x%02x", c));
                    } else {
                        shown.append((char) c);
                    }
                }
            }
        });
        return shown.toString();
    }

    /** The example's text; runs of trained tokens are green, or stand in {@code [[ ]]} where colours are not wanted. */
    public String marked(int index, boolean colours) {
        Example example = example(index);
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
