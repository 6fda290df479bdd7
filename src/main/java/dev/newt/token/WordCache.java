package dev.newt.token;

import java.util.Arrays;

/** The tokens of words seen before. A new word replaces another with the same hash, so the size is bounded. Not thread-safe. */
final class WordCache {
    /** Longer words rarely occur twice. */
    static final int LONGEST = 48;

    private static final int SLOTS = 1 << 15;

    /**
     * A word and its tokens.
     *
     * @param starts first UTF-16 code unit of each token, counted from the beginning of the word
     * @param ends after its last
     */
    record Word(char[] text, int[] ids, int[] starts, int[] ends) {
        /** A word that is one token. */
        static Word of(char[] text, int start, int end, int id) {
            return new Word(
                    Arrays.copyOfRange(text, start, end), new int[] {id}, new int[] {0}, new int[] {end - start});
        }

        /** A word of merged symbols. */
        static Word of(char[] text, int start, int end, Merger merged, IntRanges places) {
            int count = 0;
            for (int i = 0; i < merged.size(); i = merged.next(i)) {
                count++;
            }
            int[] ids = new int[count];
            int[] starts = new int[count];
            int[] ends = new int[count];
            int next = 0;
            for (int i = 0; i < merged.size(); i = merged.next(i)) {
                ids[next] = merged.id(i);
                starts[next] = places.start(i);
                ends[next++] = places.end(merged.next(i) - 1);
            }
            return new Word(Arrays.copyOfRange(text, start, end), ids, starts, ends);
        }

        void addTo(TokenBuffer tokens, int offset) {
            tokens.add(ids, starts, ends, offset);
        }
    }

    private final Word[] words = new Word[SLOTS];

    static int hash(char[] text, int start, int end) {
        int hash = end - start;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + text[i];
        }
        hash *= 0x9e3779b9;
        return hash >>> (Integer.SIZE - 15);
    }

    /** The word, or null: this is the innermost loop. */
    Word find(int hash, char[] text, int start, int end) {
        Word word = words[hash];
        return word != null && Arrays.equals(word.text, 0, word.text.length, text, start, end) ? word : null;
    }

    void put(int hash, Word word) {
        words[hash] = word;
    }
}
