package dev.newt.token;

/** Cuts a text into the words within which tokens are merged. Safe for use by many threads. */
@FunctionalInterface
interface WordSplitter {
    /** Where the word ends that begins at {@code at}; after it, and at most {@code end}. */
    int wordEnd(char[] text, int at, int end);

    /** Behind the run of characters of one kind. */
    static int runEnd(char[] text, int at, int end, byte kind) {
        int i = at;
        while (i < end && CharacterKinds.at(text, i, end) == kind) {
            i += width(text[i]);
        }
        return i;
    }

    /** UTF-16 characters of the character that begins with this one. */
    static int width(char first) {
        return Character.isHighSurrogate(first) ? 2 : 1;
    }

    /** {@code \s+(?!\S)|\s+}: a run of spaces but for the last, which belongs to what follows; all where nothing follows. */
    static int spacesEnd(int at, int runEnd, boolean somethingFollows) {
        return somethingFollows && runEnd - at > 1 ? runEnd - 1 : runEnd;
    }
}
