package dev.newt.data.prompt;

import dev.newt.data.dataset.DatasetInfo;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.PromptFormat;
import dev.newt.data.dataset.RowFinding;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/** Finds the strategy that a dataset's {@code type} names. */
public final class PromptStrategies {
    private PromptStrategies() {}

    /**
     * The strategy of one dataset entry. Rows that have {@code input_ids}, {@code labels} and {@code attention_mask} are taken as they
     * are, whatever the type.
     */
    public static PromptStrategy of(
            DatasetSettings dataset, Tokenizer tokenizer, boolean trainOnInputs, int sequenceLen) {
        PromptStrategy tokenised = new TokenisedStrategy();
        if (dataset.info().isPresent()) {
            DatasetInfo info = dataset.info().get().supervised();
            return info.isText()
                    ? new CompletionStrategy(info.column("prompt").orElseThrow(), tokenizer, sequenceLen)
                    : new ChatStrategy(dataset.chat(), tokenizer, new LlamaFactoryTurns(info, trainOnInputs));
        }
        if (dataset.synthetic().isPresent()) {
            return new SyntheticStrategy(dataset.synthetic().get(), tokenizer.vocabularySize());
        }
        if (dataset.promptFormat().isEmpty() && dataset.type().isEmpty()) {
            return tokenised;
        }
        PromptStrategy strategy = dataset.promptFormat().orElse(null) instanceof PromptFormat format
                ? new ExchangeStrategy(new InstructionReader(InstructionStyles.of(format)), tokenizer, trainOnInputs, 1)
                : named(dataset, tokenizer, trainOnInputs, sequenceLen);
        return new TokensOrText(tokenised, strategy);
    }

    /** Rows with tokens are taken as they are, others by the strategy of the type. */
    private record TokensOrText(PromptStrategy tokens, PromptStrategy text) implements PromptStrategy {
        @Override
        public List<Example> examples(Row row) {
            return of(row).examples(row);
        }

        @Override
        public List<Example> examples(Row row, Consumer<RowFinding> findings) {
            return of(row).examples(row, findings);
        }

        @Override
        public Ending ending(Row row) {
            return of(row).ending(row);
        }

        private PromptStrategy of(Row row) {
            ObjectNode fields = row.fields();
            return fields.has("input_ids") && fields.has("labels") && fields.has("attention_mask") ? tokens : text;
        }
    }

    private static PromptStrategy named(
            DatasetSettings dataset, Tokenizer tokenizer, boolean trainOnInputs, int sequenceLen) {
        String type = dataset.type().orElseThrow();
        Optional<InstructionFormat> instruction = InstructionStyles.find(type);
        if (instruction.isPresent()) {
            return new ExchangeStrategy(new InstructionReader(instruction.get()), tokenizer, trainOnInputs, 1);
        }
        Optional<ExchangeTypes.Type> exchange = ExchangeTypes.find(type);
        if (exchange.isPresent()) {
            return new ExchangeStrategy(
                    exchange.get().reader(),
                    tokenizer,
                    trainOnInputs,
                    exchange.get().ends());
        }
        Optional<PromptStrategy> reflection = ReflectionStrategy.find(type, tokenizer, trainOnInputs);
        if (reflection.isPresent()) {
            return reflection.get();
        }
        return switch (type) {
            case "chat_template", "chat_template.default" -> new ChatStrategy(dataset.chat(), tokenizer, trainOnInputs);
            case "completion" -> new CompletionStrategy(dataset.field(), tokenizer, sequenceLen);
            case "input_output" -> new InputOutputStrategy(tokenizer, trainOnInputs);
            case "messages" -> new MessagesStrategy(dataset.chat(), tokenizer, trainOnInputs);
            case "pretrain" -> new PretrainStrategy(dataset.field(), tokenizer, sequenceLen);
            case "pygmalion" -> new PygmalionStrategy(tokenizer);
            case "llama2_chat" -> new Llama2ChatStrategy(tokenizer);
            default -> throw new UserException(
                    "datasets: type \"" + type
                            + "\" is not supported. Known types are _synthetic, chat_template, completion, input_output, llama2_chat, messages, pretrain, pygmalion, "
                            + String.join(", ", InstructionStyles.names())
                            + ", "
                            + String.join(", ", ExchangeTypes.names())
                            + ", "
                            + String.join(", ", ReflectionStrategy.names())
                            + "; a mapping with your own format; and none at all for rows with input_ids, labels and attention_mask.");
        };
    }
}
