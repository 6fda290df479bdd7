package dev.newt.data.prompt;

import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Axolotl's {@code llama2_chat}: turns of human and gpt in Llama 2's own format, begun by a system text; what gpt says is trained, with the
 * end token after it. Axolotl inserts Meta's system text into a row that has none; here such a row is refused: a text that nobody wrote should not be
 * trained on.
 */
final class Llama2ChatStrategy implements PromptStrategy {
    private final Tokenizer tokenizer;

    Llama2ChatStrategy(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public List<Example> examples(Row row) {
        JsonNode turns = Fields.list(row, row.fields().has("conversation") ? "conversation" : "conversations");
        if (turns.isEmpty() || !from(turns.get(0)).equals("system")) {
            throw row.error("does not begin with a turn from \"system\". Add one, empty if need be, or use type:"
                    + " chat_template, which needs none.");
        }
        if (turns.size() < 3 || turns.size() % 2 == 0) {
            throw row.error(
                    "has " + (turns.size() - 1) + " turns after the system turn; llama2_chat needs questions from"
                            + " \"human\", each with an answer from \"gpt\".");
        }
        SpanText text = new SpanText();
        String system = "<<SYS>>\n" + value(row, turns, 0) + "\n<</SYS>>\n\n";
        for (int i = 1; i < turns.size(); i += 2) {
            if (!from(turns.get(i)).equals("human") || !from(turns.get(i + 1)).equals("gpt")) {
                throw row.error(
                        "turns " + (i + 1) + " and " + (i + 2) + " must be from \"human\" and \"gpt\", but are from \""
                                + from(turns.get(i)) + "\" and \"" + from(turns.get(i + 1)) + "\".");
            }
            text.add("<s>[INST] " + system + value(row, turns, i) + " [/INST]", false)
                    .add(" " + value(row, turns, i + 1) + " </s>", true);
            system = "";
        }
        ExampleBuilder example = new ExampleBuilder();
        text.addTo(example, tokenizer);
        return List.of(example.build());
    }

    private static String from(JsonNode turn) {
        return turn.path("from").asString("");
    }

    private static String value(Row row, JsonNode turns, int index) {
        JsonNode value = turns.get(index).path("value");
        if (!value.isString()) {
            throw row.error("turn " + (index + 1) + " has no text in \"value\".");
        }
        return value.asString();
    }
}
