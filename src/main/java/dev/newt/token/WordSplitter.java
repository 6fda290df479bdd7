package dev.newt.token;

/** Cuts a text into the words within which tokens are merged. Thread-safe. */
@FunctionalInterface
interface WordSplitter {
    /** The end of the word that begins at {@code at}: greater than {@code at}, and at most {@code end}. */
    int wordEnd(char[] text, int at, int end);

    /** The index after the run of characters of one kind. */
    static int runEnd(char[] text, int at, int end, byte kind) {
        int i = at;
        while (i < end && CharacterKinds.at(text, i, end) == kind) {
            i += width(text[i]);
        }
        return i;
    }

    /** The number of UTF-16 code units of the character that begins with this one. */
    static int width(char first) {
        return Character.isHighSurrogate(first) ? 2 : 1;
    }

    /** {@code \s+(?!\S)|\s+}: a run of spaces except the last, which belongs to what follows; the whole run if nothing follows. */
    static int spacesEnd(int at, int runEnd, boolean somethingFollows) {
        return somethingFollows && runEnd - at > 1 ? runEnd - 1 : runEnd;
    }
}
