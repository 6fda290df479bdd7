package dev.newt.data.prompt;

import dev.newt.token.Tokenizer;
import java.util.Arrays;

/** Begin and end tokens of spans. */
final class SpecialIds {
    private SpecialIds() {}

    static int[] endedByEos(Tokenizer tokenizer, int[] ids) {
        if (tokenizer.eosId().isEmpty()
                || (ids.length > 0 && ids[ids.length - 1] == tokenizer.eosId().getAsInt())) {
            return ids;
        }
        return ended(tokenizer, ids);
    }

    /** With one more end token, if the tokenizer has one. */
    static int[] ended(Tokenizer tokenizer, int[] ids) {
        if (tokenizer.eosId().isEmpty()) {
            return ids;
        }
        int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = tokenizer.eosId().getAsInt();
        return ended;
    }

    /** A prompt is continued, so an end token that the tokenizer appends to every text is removed. */
    static int[] withoutEos(Tokenizer tokenizer, int[] ids) {
        boolean ended = ids.length > 0
                && tokenizer.eosId().isPresent()
                && ids[ids.length - 1] == tokenizer.eosId().getAsInt();
        return ended ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }
}
