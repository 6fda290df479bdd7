package dev.newt.data.preference;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.PreferenceFormat;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.data.dataset.RowFinding;
import dev.newt.data.prompt.PromptStrategy;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Makes of each row two examples: the chosen answer and behind it the rejected one, each with the prompt before it. Only the answers are trained. */
public final class PairPrompts implements PromptStrategy {
    private final PreferenceStrategy strategy;
    private final Tokenizer tokenizer;
    private final boolean takesTokens;

    private PairPrompts(PreferenceStrategy strategy, Tokenizer tokenizer, boolean takesTokens) {
        this.strategy = strategy;
        this.tokenizer = tokenizer;
        this.takesTokens = takesTokens;
    }

    /**
     * The strategy of one data set. Without a type a row holds texts that are taken as they are, or tokens: {@code prompt_ids},
     * {@code chosen_ids} and {@code rejected_ids}, as TRL names them.
     *
     * @param kind of judgement; one that makes pairs
     * @throws dev.newt.io.UserException if it has no such type
     */
    public static PairPrompts of(PreferenceKind kind, DatasetSettings dataset, Tokenizer tokenizer) {
        if (kind.groupSize() != 2) {
            throw new IllegalArgumentException(kind + " has no pairs");
        }
        PreferenceFormat format = dataset.promptFormat().orElse(null) instanceof PreferenceFormat given
                ? given
                : PreferenceFormat.defaults();
        PreferenceStrategy strategy;
        if (dataset.info().isPresent()) {
            strategy = PreferenceStrategies.of(kind, dataset.info().get(), dataset.chat(), tokenizer);
        } else if (dataset.type().isPresent()) {
            strategy = PreferenceStrategies.named(kind, dataset.type().get(), format, dataset.chat(), tokenizer);
        } else {
            strategy = PreferenceStrategies.of(kind, format);
        }
        boolean untyped = dataset.info().isEmpty() && dataset.type().isEmpty();
        return new PairPrompts(strategy, tokenizer, untyped);
    }

    @Override
    public List<Example> examples(Row row) {
        return examples(row, finding -> {});
    }

    @Override
    public List<Example> examples(Row row, Consumer<RowFinding> findings) {
        List<Example> pair = isTokens(row) ? tokens(row) : texts(row);
        if (Arrays.equals(pair.get(0).tokenIds(), pair.get(1).tokenIds())) {
            findings.accept(RowFinding.EQUAL_ANSWERS);
        }
        return pair;
    }

    /** An end token is behind every text; tokens are as they are. */
    @Override
    public Ending ending(Row row) {
        return isTokens(row) ? Ending.USUAL : Ending.NEEDED;
    }

    private boolean isTokens(Row row) {
        return takesTokens && row.fields().has("prompt_ids");
    }

    private List<Example> texts(Row row) {
        PreferencePair pair = (PreferencePair) strategy.example(row);
        return List.of(pair.chosenExample(tokenizer), pair.rejectedExample(tokenizer));
    }

    private static List<Example> tokens(Row row) {
        int[] prompt = PreferenceFields.ids(row, "prompt_ids");
        return List.of(
                Completion.of(prompt, PreferenceFields.ids(row, "chosen_ids")),
                Completion.of(prompt, PreferenceFields.ids(row, "rejected_ids")));
    }
}
