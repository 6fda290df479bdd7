package dev.newt.data.prompt;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Segments of {@code {label, text}}: the text as it is, without added special tokens, trained if the label is true. */
final class InputOutputStrategy implements PromptStrategy {
    private final Tokenizer tokenizer;
    private final boolean trainOnInputs;

    InputOutputStrategy(Tokenizer tokenizer, boolean trainOnInputs) {
        this.tokenizer = tokenizer;
        this.trainOnInputs = trainOnInputs;
    }

    @Override
    public Ending ending(Row row) {
        return Ending.USUAL;
    }

    @Override
    public List<Example> examples(Row row) {
        JsonNode segments = Fields.required(row, "segments");
        if (!segments.isArray()) {
            throw row.error("field \"segments\" must be a list of {\"label\": true or false, \"text\": ...}, but is "
                    + Fields.kind(segments) + ".");
        }
        ExampleBuilder example = new ExampleBuilder();
        for (int i = 0; i < segments.size(); i++) {
            JsonNode label = segments.get(i).path("label");
            JsonNode text = segments.get(i).path("text");
            if (!label.isBoolean() || !text.isString()) {
                throw row.error("segment " + (i + 1) + " must be {\"label\": true or false, \"text\": ...}, but is "
                        + segments.get(i) + ".");
            }
            example.add(tokenizer.encode(text.asString()), trainOnInputs || label.asBoolean());
        }
        return List.of(example.build());
    }
}
