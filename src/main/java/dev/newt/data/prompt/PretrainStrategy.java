package dev.newt.data.prompt;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Running text in overlapping windows, each beginning as the tokenizer begins a text and ending with the end token; everything is
 * trained. The sizes are those of Axolotl's {@code pretrain}: {@code sequence_len} tokens with the end token, and an overlap of 256 tokens or
 * half a window.
 */
final class PretrainStrategy implements PromptStrategy {
    private static final int LARGEST_OVERLAP = 256;

    private final String field;
    private final Tokenizer tokenizer;
    private final int window;
    private final int overlap;

    PretrainStrategy(String field, Tokenizer tokenizer, int sequenceLen) {
        this.field = field;
        this.tokenizer = tokenizer;
        this.window = sequenceLen - 1;
        this.overlap = Math.min(LARGEST_OVERLAP, window / 2);
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
        int[] body = tokenizer.encode(text);
        int[] whole = SpecialIds.withoutEos(tokenizer, tokenizer.encodeWithSpecialTokens(text));
        int[] head = Arrays.copyOf(whole, Math.max(0, whole.length - body.length));
        int room = Math.max(overlap + 1, window - head.length);
        List<Example> windows = new ArrayList<>();
        int start = 0;
        while (true) {
            int end = Math.min(start + room, body.length);
            windows.add(new ExampleBuilder()
                    .add(head, true)
                    .add(SpecialIds.ended(tokenizer, Arrays.copyOfRange(body, start, end)), true)
                    .build());
            if (end == body.length) {
                return windows;
            }
            start = end - overlap;
        }
    }
}
