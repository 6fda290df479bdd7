package dev.newt.token;

/**
 * The tokens of one text and the position of each.
 *
 * @param ids token ids
 * @param starts index of the first UTF-16 character of each token
 * @param ends index after its last; tokens that share one character (parts of its bytes) have the same range
 */
public record TokenizedText(int[] ids, int[] starts, int[] ends) {
    public int length() {
        return ids.length;
    }
}
