package dev.newt.token;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Splits a word into the symbols that merging starts from: its bytes, or its characters and the bytes of those that have no token. */
final class Symbols {
    private static final int BYTES = 256;
    private static final int NO_ID = -1;

    private final boolean byteLevel;
    private final int[] byteIds;
    private final int[] characterIds;
    private final Map<Integer, Integer> supplementaryIds;

    private Symbols(boolean byteLevel, int[] byteIds, int[] characterIds, Map<Integer, Integer> supplementaryIds) {
        this.byteLevel = byteLevel;
        this.byteIds = byteIds;
        this.characterIds = characterIds;
        this.supplementaryIds = supplementaryIds;
    }

    /** Bytes, each written as one printable character, as GPT-2 does; empty if one has no token. */
    static Optional<Symbols> ofBytes(Map<String, Integer> ids) {
        int[] byteIds = new int[BYTES];
        for (int b = 0; b < BYTES; b++) {
            Integer id = ids.get(String.valueOf(byteCharacter(b)));
            if (id == null) {
                return Optional.empty();
            }
            byteIds[b] = id;
        }
        return Optional.of(new Symbols(true, byteIds, new int[0], Map.of()));
    }

    /** Characters, and bytes such as {@code <0x0A>} for those without a token; empty if one of the bytes has none. */
    static Optional<Symbols> ofCharacters(Map<String, Integer> ids) {
        int[] byteIds = new int[BYTES];
        for (int b = 0; b < BYTES; b++) {
            Integer id = ids.get(String.format("<0x%02X>", b));
            if (id == null) {
                return Optional.empty();
            }
            byteIds[b] = id;
        }
        int[] characters = new int[1 << 16];
        Arrays.fill(characters, NO_ID);
        Map<Integer, Integer> supplementary = new HashMap<>();
        ids.forEach((token, id) -> {
            if (token.length() == 1) {
                characters[token.charAt(0)] = id;
            } else if (token.length() == 2 && token.codePointCount(0, 2) == 1) {
                supplementary.put(token.codePointAt(0), id);
            }
        });
        return Optional.of(new Symbols(false, byteIds, characters, supplementary));
    }

    /** The character that stands for a byte in GPT-2's vocabularies. */
    static char byteCharacter(int b) {
        if ((b >= '!' && b <= '~') || (b >= 0xa1 && b <= 0xac) || b >= 0xae) {
            return (char) b;
        }
        // The others follow in order from 256: 0 to 32, 127 to 160, 173.
        int place = b <= ' ' ? b : b <= 0xa0 ? b - 0x7f + 33 : 67;
        return (char) (BYTES + place);
    }

    /** The word as the vocabulary writes it. */
    String written(char[] text, int start, int end) {
        if (!byteLevel) {
            return new String(text, start, end - start);
        }
        StringBuilder written = new StringBuilder();
        eachByte(text, start, end, (b, from, to) -> written.append(byteCharacter(b)));
        return written.toString();
    }

    /** Receives each symbol with the range of the character it belongs to, counted from the beginning of the word. */
    @FunctionalInterface
    interface Receiver {
        void accept(int symbol, int start, int end);
    }

    void split(char[] text, int start, int end, Receiver receiver) {
        if (byteLevel) {
            eachByte(text, start, end, (b, from, to) -> receiver.accept(byteIds[b], from, to));
            return;
        }
        int at = start;
        while (at < end) {
            int next = at + WordSplitter.width(text[at]);
            int id = next - at == 1
                    ? characterIds[text[at]]
                    : supplementaryIds.getOrDefault(Character.toCodePoint(text[at], text[at + 1]), NO_ID);
            if (id == NO_ID) {
                int from = at - start;
                eachByte(text, at, next, (b, a, z) -> receiver.accept(byteIds[b], a + from, z + from));
            } else {
                receiver.accept(id, at - start, next - start);
            }
            at = next;
        }
    }

    /** UTF-8 of well-formed UTF-16. */
    private static void eachByte(char[] text, int start, int end, Receiver receiver) {
        int at = start;
        while (at < end) {
            char c = text[at];
            int from = at - start;
            if (c < 0x80) {
                receiver.accept(c, from, from + 1);
                at++;
            } else if (c < 0x800) {
                receiver.accept(0xc0 | (c >> 6), from, from + 1);
                receiver.accept(0x80 | (c & 0x3f), from, from + 1);
                at++;
            } else if (!Character.isHighSurrogate(c)) {
                receiver.accept(0xe0 | (c >> 12), from, from + 1);
                receiver.accept(0x80 | ((c >> 6) & 0x3f), from, from + 1);
                receiver.accept(0x80 | (c & 0x3f), from, from + 1);
                at++;
            } else {
                int point = Character.toCodePoint(c, text[at + 1]);
                receiver.accept(0xf0 | (point >> 18), from, from + 2);
                receiver.accept(0x80 | ((point >> 12) & 0x3f), from, from + 2);
                receiver.accept(0x80 | ((point >> 6) & 0x3f), from, from + 2);
                receiver.accept(0x80 | (point & 0x3f), from, from + 2);
                at += 2;
            }
        }
    }
}
