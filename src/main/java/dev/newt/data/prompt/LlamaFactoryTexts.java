package dev.newt.data.prompt;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.DatasetInfo;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;

/** Rows that an entry of LLaMA-Factory's dataset_info.json describes, as texts: what the model is asked, and the answers. */
public final class LlamaFactoryTexts {
    private final LlamaFactoryTurns rows;
    private final ChatTexts texts;

    /** @throws dev.newt.io.UserException if there is no chat template, or it cannot be read */
    public LlamaFactoryTexts(DatasetInfo info, ChatSettings chat, Tokenizer tokenizer) {
        this.rows = new LlamaFactoryTurns(info, false);
        this.texts = new ChatTexts(chat, tokenizer);
    }

    /**
     * A question, with the header of the answer, and its answers.
     *
     * @param answers each to the text that ends it
     */
    public record Answered(String prompt, List<String> answers) {
        public Answered {
            answers = List.copyOf(answers);
        }
    }

    /** A question with answers in separate columns, which the entry gives these names. */
    public Answered answers(Row row, List<String> columns) {
        return answered(
                row,
                rows.question(row),
                columns.stream().map(column -> rows.answer(row, column)).toList());
    }

    /** A conversation that ends with its answer. */
    public Answered conversation(Row row) {
        List<Turn> turns = rows.turns(row);
        int last = turns.size() - 1;
        return answered(row, turns.subList(0, last), turns.subList(last, turns.size()));
    }

    private Answered answered(Row row, List<Turn> question, List<Turn> answers) {
        return new Answered(
                texts.prompt(row, question, rows.tools(row)),
                answers.stream()
                        .map(answer -> texts.answer(row, answer, rows.tools(row)))
                        .toList());
    }
}
