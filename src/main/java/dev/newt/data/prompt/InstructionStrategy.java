package dev.newt.data.prompt;

import dev.newt.data.Example;
import dev.newt.data.source.Row;
import dev.newt.data.token.Tokenizer;
import java.util.List;
import java.util.Optional;

/**
 * A prompt and its answer, tokenised apart and joined. The prompt begins as the tokenizer begins a text; the answer ends with the end
 * token, which is learnt.
 */
final class InstructionStrategy implements PromptStrategy {
    private final InstructionFormat format;
    private final Tokenizer tokenizer;
    private final boolean trainOnInputs;

    InstructionStrategy(InstructionFormat format, Tokenizer tokenizer, boolean trainOnInputs) {
        this.format = format;
        this.tokenizer = tokenizer;
        this.trainOnInputs = trainOnInputs;
    }

    @Override
    public List<Example> examples(Row row) {
        String instruction = Fields.text(row, format.fieldInstruction());
        String input = format.fieldInput()
                .map(field -> Fields.optionalText(row, field))
                .orElse("");
        String output = Fields.text(row, format.fieldOutput());
        String prompt = format.prompt(system(row), instruction, input);
        return List.of(new ExampleBuilder()
                .add(SpecialIds.withoutEos(tokenizer, tokenizer.encodeWithSpecialTokens(prompt)), trainOnInputs)
                .add(SpecialIds.endedByEos(tokenizer, tokenizer.encode(output)), true)
                .build());
    }

    private Optional<String> system(Row row) {
        if (format.fieldSystem().isEmpty()) {
            return Optional.empty();
        }
        String field = format.fieldSystem().get();
        if (format.systemRequired()) {
            return Optional.of(row.fields().path(field).isNull() ? "" : Fields.text(row, field));
        }
        return row.fields().has(field) ? Optional.of(Fields.optionalText(row, field)) : Optional.empty();
    }
}
