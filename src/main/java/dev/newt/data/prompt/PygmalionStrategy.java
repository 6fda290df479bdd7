package dev.newt.data.prompt;

import dev.newt.data.dataset.Example;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Axolotl's {@code pygmalion}: a persona and turns of human and bot; what the bot says is trained, with the end token after it. */
final class PygmalionStrategy implements PromptStrategy {
    private static final String START = "\n<START>";

    private final Tokenizer tokenizer;

    PygmalionStrategy(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public List<Example> examples(Row row) {
        JsonNode turns = Fields.list(row, "conversations");
        ExampleBuilder example = new ExampleBuilder();
        for (int i = 0; i < turns.size(); i++) {
            String role = turns.get(i).path("role").asString("");
            if (!turns.get(i).path("value").isString()) {
                throw row.error("turn " + (i + 1) + " has no text in \"value\".");
            }
            String text = turns.get(i).path("value").asString();
            switch (role) {
                case "system" -> {
                    String persona = text.endsWith(START) ? text.substring(0, text.length() - START.length()) : text;
                    int[] ids = tokenizer.encodeWithSpecialTokens("<|system|>Persona: " + persona.strip());
                    example.add(SpecialIds.withoutEos(tokenizer, ids), false);
                }
                case "human" -> example.add(tokenizer.encode("<|user|> " + text.strip()), false);
                case "bot" -> {
                    new SpanText()
                            .add("<|model|>", false)
                            .add(" " + text.strip(), true)
                            .addTo(example, tokenizer);
                    example.add(SpecialIds.ended(tokenizer, new int[0]), true);
                }
                default -> throw row.error(
                        "turn " + (i + 1) + " has the role \"" + role + "\"; pygmalion knows system, human and bot.");
            }
        }
        return List.of(example.build());
    }
}
