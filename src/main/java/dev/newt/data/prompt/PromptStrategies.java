package dev.newt.data.prompt;

import dev.newt.data.DatasetSettings;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.util.Optional;

/** Finds the strategy that a dataset's {@code type} names. */
public final class PromptStrategies {
    private PromptStrategies() {}

    /**
     * The strategy of one dataset entry. Rows that bring {@code input_ids}, {@code labels} and {@code attention_mask} are taken as they
     * are, whatever the type.
     */
    public static PromptStrategy of(
            DatasetSettings dataset, Tokenizer tokenizer, boolean trainOnInputs, int sequenceLen) {
        PromptStrategy tokenised = new TokenisedStrategy();
        if (dataset.promptFormat().isEmpty() && dataset.type().isEmpty()) {
            return tokenised;
        }
        PromptStrategy strategy = dataset.promptFormat().isPresent()
                ? new InstructionStrategy(
                        InstructionStyles.of(dataset.promptFormat().get()), tokenizer, trainOnInputs)
                : named(dataset, tokenizer, trainOnInputs, sequenceLen);
        return row -> row.fields().has("input_ids")
                        && row.fields().has("labels")
                        && row.fields().has("attention_mask")
                ? tokenised.examples(row)
                : strategy.examples(row);
    }

    private static PromptStrategy named(
            DatasetSettings dataset, Tokenizer tokenizer, boolean trainOnInputs, int sequenceLen) {
        String type = dataset.type().orElseThrow();
        Optional<InstructionFormat> instruction = InstructionStyles.find(type);
        if (instruction.isPresent()) {
            return new InstructionStrategy(instruction.get(), tokenizer, trainOnInputs);
        }
        return switch (type) {
            case "chat_template", "chat_template.default" -> new ChatStrategy(dataset.chat(), tokenizer, trainOnInputs);
            case "completion" -> new CompletionStrategy(dataset.field(), tokenizer, sequenceLen);
            case "input_output" -> new InputOutputStrategy(tokenizer, trainOnInputs);
            default -> throw new UserException(
                    "datasets: type \"" + type
                            + "\" is not supported. Known types are chat_template, completion, input_output, "
                            + String.join(", ", InstructionStyles.names())
                            + "; a mapping with your own format; and no type for rows with input_ids, labels and attention_mask.");
        };
    }
}
