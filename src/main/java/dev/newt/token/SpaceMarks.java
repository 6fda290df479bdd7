package dev.newt.token;

/**
 * Writes spaces as a visible mark, as SentencePiece does.
 *
 * @param mark usually U+2581
 * @param before whether this happens before tokens are searched in the normalised text, or after
 * @param prepend which texts get a mark in front
 * @param unlessThere whether a text that begins with a mark gets no other
 */
record SpaceMarks(char mark, boolean before, Prepend prepend, boolean unlessThere) {
    enum Prepend {
        NEVER,
        /** In front of the text, but not after an added token. */
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
