package dev.newt.token;

/**
 * How spaces are written as a visible mark, as SentencePiece does.
 *
 * @param mark usually U+2581
 * @param before whether this comes before tokens that are found in normalised text, or after
 * @param prepend where a mark is put before the text
 * @param unlessThere whether none is put before a text that begins with one
 */
record SpaceMarks(char mark, boolean before, Prepend prepend, boolean unlessThere) {
    enum Prepend {
        NEVER,
        /** Before the text, but not before what follows an added token. */
        FIRST,
        ALWAYS
    }

    /** Writes the marked text into {@code target}, which has room for one more character; returns 1 if a mark was prepended. */
    int write(char[] text, int start, int end, char[] target) {
        boolean wanted = prepend == Prepend.ALWAYS || (prepend == Prepend.FIRST && start == 0);
        boolean there = unlessThere && (text[start] == ' ' || text[start] == mark);
        int prepended = wanted && !there ? 1 : 0;
        target[0] = mark;
        for (int i = start; i < end; i++) {
            target[i - start + prepended] = text[i] == ' ' ? mark : text[i];
        }
        return prepended;
    }
}
