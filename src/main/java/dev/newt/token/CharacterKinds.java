package dev.newt.token;

/** The kinds of characters that tokenizer patterns distinguish. */
final class CharacterKinds {
    static final byte LETTER = 0;
    static final byte NUMBER = 1;
    static final byte SPACE = 2;
    static final byte OTHER = 3;
    /** Not yet a character in this Java's version of Unicode, or half a surrogate pair: another program may classify it differently. */
    static final byte UNKNOWN = 4;
    /** A supplementary character begins. */
    static final byte HIGH_SURROGATE = 5;

    private static final byte[] BASIC_PLANE = basicPlane();

    private CharacterKinds() {}

    private static byte[] basicPlane() {
        byte[] kinds = new byte[1 << 16];
        for (int c = 0; c < kinds.length; c++) {
            kinds[c] = Character.isHighSurrogate((char) c) ? HIGH_SURROGATE : ofCodePoint(c);
        }
        return kinds;
    }

    /** The kind of a UTF-16 character. */
    static byte of(char c) {
        return BASIC_PLANE[c];
    }

    /** The kind of the character that begins at {@code at}, a pair counted as one. */
    static byte at(char[] text, int at, int end) {
        byte kind = BASIC_PLANE[text[at]];
        if (kind != HIGH_SURROGATE) {
            return kind;
        }
        return at + 1 < end && Character.isLowSurrogate(text[at + 1])
                ? ofCodePoint(Character.toCodePoint(text[at], text[at + 1]))
                : UNKNOWN;
    }

    private static byte ofCodePoint(int c) {
        return switch (Character.getType(c)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> NUMBER;
            case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> SPACE;
            case Character.CONTROL -> (c >= '\t' && c <= '\r') || c == 0x85 ? SPACE : OTHER;
            case Character.UNASSIGNED, Character.SURROGATE -> UNKNOWN;
            default -> OTHER;
        };
    }
}
