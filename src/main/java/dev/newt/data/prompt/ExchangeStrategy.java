package dev.newt.data.prompt;

import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;

/**
 * A prompt and its answer, tokenised separately and joined. The prompt begins as the tokenizer begins a text; the answer ends with the end
 * token, which is trained.
 */
final class ExchangeStrategy implements PromptStrategy {
    private final Exchange.Reader reader;
    private final Tokenizer tokenizer;
    private final boolean trainOnInputs;
    private final int ends;

    /** @param ends end tokens to append to an answer that has none */
    ExchangeStrategy(Exchange.Reader reader, Tokenizer tokenizer, boolean trainOnInputs, int ends) {
        this.reader = reader;
        this.tokenizer = tokenizer;
        this.trainOnInputs = trainOnInputs;
        this.ends = ends;
    }

    @Override
    public List<Example> examples(Row row) {
        Exchange exchange = reader.read(row);
        ExampleBuilder example = new ExampleBuilder()
                .add(
                        SpecialIds.withoutEos(tokenizer, tokenizer.encodeWithSpecialTokens(exchange.prompt())),
                        trainOnInputs)
                .add(SpecialIds.endedByEos(tokenizer, tokenizer.encode(exchange.answer())), true);
        for (int i = 1; i < ends && tokenizer.eosId().isPresent(); i++) {
            example.add(new int[] {tokenizer.eosId().getAsInt()}, true);
        }
        return List.of(example.build());
    }
}
