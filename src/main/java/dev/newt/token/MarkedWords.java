package dev.newt.token;

/**
 * Words that begin with the mark that stands for spaces.
 *
 * @param mark usually U+2581
 * @param joinsMarks whether consecutive marks begin one word; otherwise each begins its own
 */
record MarkedWords(char mark, boolean joinsMarks) implements WordSplitter {
    @Override
    public int wordEnd(char[] text, int at, int end) {
        int i = text[at] == mark ? at + 1 : at;
        while (joinsMarks && i < end && text[i] == mark) {
            i++;
        }
        while (i < end && text[i] != mark) {
            i++;
        }
        return i;
    }
}
