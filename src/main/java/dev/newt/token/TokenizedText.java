package dev.newt.token;

/**
 * Tokens of one text and where each stands in it.
 *
 * @param ids token ids
 * @param starts index of the first UTF-16 character of each token
 * @param ends index behind its last; tokens that share one character (parts of its bytes) have the same range
 */
public record TokenizedText(int[] ids, int[] starts, int[] ends) {
    public int length() {
        return ids.length;
    }
}
