package dev.newt.data.prompt;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.TemplateChoice;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Axolotl's {@code messages}: turns as ChatML or Llama 3 write them, without a template, each tokenised separately. A turn's content and
 * end token are trained if its own weight says so or, without weights, if it is the assistant's.
 */
final class MessagesStrategy implements PromptStrategy {
    private static final List<String> ROLE_FIELDS = List.of("role", "from");
    private static final List<String> CONTENT_FIELDS = List.of("value", "text", "content");
    private static final List<String> WEIGHT_FIELDS = List.of("train", "weight");
    private static final String CHATML_END = "<|im_end|>";
    private static final String LLAMA3_END = "<|eot_id|>";
    private static final String ASSISTANT = "assistant";
    private static final Map<String, String> ROLES = Map.of(
            "system", "system", "user", "user", "human", "user", ASSISTANT, ASSISTANT, "gpt", ASSISTANT, "tool", "tool",
            "ipython", "ipython");

    private final ChatSettings settings;
    private final Tokenizer tokenizer;
    private final boolean trainOnInputs;
    private final boolean llama3;

    /** @throws UserException if the chat template is neither {@code chatml} nor {@code llama3} */
    MessagesStrategy(ChatSettings settings, Tokenizer tokenizer, boolean trainOnInputs) {
        this.settings = settings;
        this.tokenizer = tokenizer;
        this.trainOnInputs = trainOnInputs;
        TemplateChoice choice = settings.chatTemplate();
        this.llama3 = choice.equals(TemplateChoice.named("llama3"));
        if (!llama3 && !choice.equals(TemplateChoice.ofTokenizer()) && !choice.equals(TemplateChoice.named("chatml"))) {
            throw new UserException(
                    "datasets: type messages writes its turns like chatml or llama3, so chat_template must"
                            + " be one of these. For other templates use type: chat_template.");
        }
    }

    /** The end of a turn is trained with it, so it can only be missing where the vocabulary lacks it. */
    @Override
    public Ending ending(Row row) {
        return tokenizer.idOf(llama3 ? LLAMA3_END : CHATML_END).isPresent() ? Ending.USUAL : Ending.NEEDED;
    }

    /** The keys of a row's messages, as found in the first one. */
    private record Keys(String role, String content, Optional<String> weight) {}

    @Override
    public List<Example> examples(Row row) {
        JsonNode messages = Fields.list(row, settings.fieldMessages());
        if (messages.isEmpty()) {
            return List.of();
        }
        Keys keys = keys(row, messages.get(0));
        ExampleBuilder example = new ExampleBuilder();
        for (int i = 0; i < messages.size(); i++) {
            turn(row, messages.get(i), i, keys).addTo(example, tokenizer);
        }
        return List.of(example.build());
    }

    private Keys keys(Row row, JsonNode first) {
        Map<String, String> mapped = settings.messagePropertyMappings();
        return new Keys(
                key(first, mapped.get("role"), ROLE_FIELDS).orElseThrow(() -> lacks(row, "role", ROLE_FIELDS)),
                key(first, mapped.get("content"), CONTENT_FIELDS)
                        .orElseThrow(() -> lacks(row, "content", CONTENT_FIELDS)),
                settings.messageFieldTraining()
                        .filter(first::has)
                        .or(() -> WEIGHT_FIELDS.stream().filter(first::has).findFirst()));
    }

    private static Optional<String> key(JsonNode message, String mapped, List<String> usual) {
        return Stream.concat(Stream.ofNullable(mapped), usual.stream())
                .filter(message::has)
                .findFirst();
    }

    private static UserException lacks(Row row, String what, List<String> usual) {
        return row.error("the first message has no " + what + " (" + String.join(", ", usual)
                + "). Name its key in message_property_mappings.");
    }

    private SpanText turn(Row row, JsonNode message, int index, Keys keys) {
        String written = message.path(keys.role()).asString("");
        String role = ROLES.get(written);
        JsonNode content = message.path(keys.content());
        if (role == null || !content.isString()) {
            throw row.error("message " + (index + 1)
                    + (role == null
                            ? " has the role \"" + written
                                    + "\"; type messages knows system, user, human, assistant, gpt,"
                                    + " tool and ipython."
                            : " has no text in \"" + keys.content() + "\"."));
        }
        boolean trained = keys.weight()
                .map(key -> weight(row, message.path(key), index))
                .orElse(trainOnInputs || role.equals(ASSISTANT));
        SpanText text = new SpanText();
        if (llama3) {
            String header = role.equals("tool") ? "ipython" : role;
            return text.add(index == 0 ? "<|begin_of_text|>" : "", false)
                    .add("<|start_header_id|>" + header + "<|end_header_id|>\n\n", false)
                    .add(content.asString(), trained)
                    .add(LLAMA3_END, trained);
        }
        return text.add("<|im_start|>" + role + "\n", false)
                .add(content.asString(), trained)
                .add(CHATML_END, trained)
                .add("\n", false);
    }

    /** A whole number, as Python's int() makes it: a weight below 1 trains nothing. */
    private static boolean weight(Row row, JsonNode weight, int index) {
        if (!weight.isNumber() && !weight.isBoolean()) {
            throw row.error("message " + (index + 1) + " must have a number or a truth value for a weight, but has "
                    + weight + ".");
        }
        return weight.isBoolean() ? weight.asBoolean() : (long) weight.asDouble() != 0;
    }
}
