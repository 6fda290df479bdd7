package dev.newt.token;

/**
 * The words of GPT-4, which Llama 3, Qwen and others adopted: {@code
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+}.
 *
 * @param mostDigits the largest number of digits in a word
 */
record Gpt4Words(int mostDigits) implements WordSplitter {
    /** Equal to s when case is ignored. */
    private static final char LONG_S = '\u017f';

    @Override
    public int wordEnd(char[] text, int at, int end) {
        char first = text[at];
        if (first == '\'') {
            int contraction = contractionEnd(text, at, end);
            if (contraction > at) {
                return contraction;
            }
        }
        byte kind = CharacterKinds.at(text, at, end);
        if (kind == CharacterKinds.LETTER) {
            return WordSplitter.runEnd(text, at, end, kind);
        }
        if (kind == CharacterKinds.NUMBER) {
            return digitsEnd(text, at, end);
        }
        int second = at + WordSplitter.width(first);
        if (!isLineEnd(first) && second < end && CharacterKinds.at(text, second, end) == CharacterKinds.LETTER) {
            return WordSplitter.runEnd(text, second, end, CharacterKinds.LETTER);
        }
        if (kind == CharacterKinds.OTHER) {
            return othersEnd(text, at, end);
        }
        if (first == ' ' && second < end && CharacterKinds.at(text, second, end) == CharacterKinds.OTHER) {
            return othersEnd(text, second, end);
        }
        int run = WordSplitter.runEnd(text, at, end, CharacterKinds.SPACE);
        for (int i = run; i > at; i--) {
            if (isLineEnd(text[i - 1])) {
                return i;
            }
        }
        return WordSplitter.spacesEnd(at, run, run < end);
    }

    private int digitsEnd(char[] text, int at, int end) {
        int i = at;
        for (int digits = 0; digits < mostDigits && i < end; digits++) {
            if (CharacterKinds.at(text, i, end) != CharacterKinds.NUMBER) {
                break;
            }
            i += WordSplitter.width(text[i]);
        }
        return i;
    }

    private static int othersEnd(char[] text, int at, int end) {
        int i = WordSplitter.runEnd(text, at, end, CharacterKinds.OTHER);
        while (i < end && isLineEnd(text[i])) {
            i++;
        }
        return i;
    }

    private static boolean isLineEnd(char c) {
        return c == '\n' || c == '\r';
    }

    private static int contractionEnd(char[] text, int at, int end) {
        if (at + 1 >= end) {
            return at;
        }
        char first = lower(text[at + 1]);
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return at + 2;
        }
        char second = at + 2 < end ? lower(text[at + 2]) : ' ';
        boolean two =
                (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
        return two ? at + 3 : at;
    }

    private static char lower(char c) {
        if (c == LONG_S) {
            return 's';
        }
        return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
    }
}
