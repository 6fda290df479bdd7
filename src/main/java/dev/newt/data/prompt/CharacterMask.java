package dev.newt.data.prompt;

import dev.newt.token.TokenizedText;
import java.util.Arrays;

/**
 * Which characters of a text are trained, which must not be, and which belong to neither, such as a space that a template puts before an
 * answer. A token is trained if it has a character of the first kind and none of the second.
 */
final class CharacterMask {
    private static final byte NEUTRAL = 0;
    private static final byte TRAINED = 1;
    private static final byte FORBIDDEN = 2;

    private final byte[] kinds;

    CharacterMask(int length) {
        kinds = new byte[length];
        Arrays.fill(kinds, NEUTRAL);
    }

    void train(int start, int end) {
        fill(start, end, TRAINED);
    }

    void forbid(int start, int end) {
        fill(start, end, FORBIDDEN);
    }

    boolean[] trained(TokenizedText tokens) {
        boolean[] trained = new boolean[tokens.length()];
        for (int i = 0; i < trained.length; i++) {
            boolean wanted = false;
            boolean forbidden = false;
            for (int c = tokens.starts()[i]; c < tokens.ends()[i]; c++) {
                wanted |= kinds[c] == TRAINED;
                forbidden |= kinds[c] == FORBIDDEN;
            }
            trained[i] = wanted && !forbidden;
        }
        return trained;
    }

    private void fill(int start, int end, byte kind) {
        if (start < end) {
            Arrays.fill(kinds, start, end, kind);
        }
    }
}
