package dev.newt.data.dataset;

/**
 * One tokenised row.
 *
 * @param tokenIds of the whole row, special tokens included
 * @param trained whether token i is trained (predicted from the tokens before it); same length. The first token never is: nothing
 *     stands before it
 */
public record Example(int[] tokenIds, boolean[] trained) {
    public Example {
        if (tokenIds.length != trained.length) {
            throw new IllegalArgumentException(tokenIds.length + " tokens, " + trained.length + " flags");
        }
    }

    public int length() {
        return tokenIds.length;
    }

    /** Tokens that give a loss. */
    public int trainedTokens() {
        int count = 0;
        for (int i = 1; i < trained.length; i++) {
            count += trained[i] ? 1 : 0;
        }
        return count;
    }
}
