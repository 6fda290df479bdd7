package dev.newt.token;

/**
 * The words of GPT-2: {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}.
 *
 * @param digitsApart whether each digit is split off before the pattern is applied to the text between
 */
record Gpt2Words(boolean digitsApart) implements WordSplitter {
    @Override
    public int wordEnd(char[] text, int at, int end) {
        if (text[at] == '\'') {
            int contraction = contractionEnd(text, at, end);
            if (contraction > at) {
                return contraction;
            }
        }
        byte kind = CharacterKinds.at(text, at, end);
        if (text[at] == ' ' && at + 1 < end) {
            byte next = CharacterKinds.at(text, at + 1, end);
            if (next != CharacterKinds.SPACE && !(digitsApart && next == CharacterKinds.NUMBER)) {
                return WordSplitter.runEnd(text, at + 1, end, next);
            }
        }
        if (kind == CharacterKinds.SPACE) {
            int run = WordSplitter.runEnd(text, at, end, kind);
            boolean somethingFollows =
                    run < end && !(digitsApart && CharacterKinds.at(text, run, end) == CharacterKinds.NUMBER);
            return WordSplitter.spacesEnd(at, run, somethingFollows);
        }
        if (kind == CharacterKinds.NUMBER && digitsApart) {
            return at + WordSplitter.width(text[at]);
        }
        return WordSplitter.runEnd(text, at, end, kind);
    }

    private static int contractionEnd(char[] text, int at, int end) {
        if (at + 1 >= end) {
            return at;
        }
        char first = text[at + 1];
        if (first == 's' || first == 't' || first == 'm' || first == 'd') {
            return at + 2;
        }
        char second = at + 2 < end ? text[at + 2] : ' ';
        boolean two =
                (first == 'r' && second == 'e') || (first == 'v' && second == 'e') || (first == 'l' && second == 'l');
        return two ? at + 3 : at;
    }
}
