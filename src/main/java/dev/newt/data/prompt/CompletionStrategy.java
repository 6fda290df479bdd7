package dev.newt.data.prompt;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A document, trained from its first token to the end token after it, cut into pieces of at most {@code sequence_len} tokens. */
final class CompletionStrategy implements PromptStrategy {
    private final String field;
    private final Tokenizer tokenizer;
    private final int sequenceLen;

    CompletionStrategy(String field, Tokenizer tokenizer, int sequenceLen) {
        this.field = field;
        this.tokenizer = tokenizer;
        this.sequenceLen = sequenceLen;
    }

    @Override
    public Ending ending(Row row) {
        return Ending.FREE;
    }

    @Override
    public List<Example> examples(Row row) {
        String text = Fields.text(row, field);
        if (text.isEmpty()) {
            return List.of();
        }
        int[] ids = SpecialIds.endedByEos(tokenizer, tokenizer.encodeWithSpecialTokens(text));
        List<Example> pieces = new ArrayList<>();
        for (int start = 0; start < ids.length; start += sequenceLen) {
            int[] piece = Arrays.copyOfRange(ids, start, Math.min(start + sequenceLen, ids.length));
            pieces.add(new ExampleBuilder().add(piece, true).build());
        }
        return pieces;
    }
}
