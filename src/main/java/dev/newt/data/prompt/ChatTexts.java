package dev.newt.data.prompt;

import dev.newt.data.ChatSettings;
import dev.newt.data.chat.ChatRequest;
import dev.newt.data.chat.ChatTemplate;
import dev.newt.data.chat.Rendering;
import dev.newt.data.source.Row;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A conversation as two texts: what the model is asked, and what it answers. */
public final class ChatTexts {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Map<String, Object> ANY_QUESTION = Map.of("role", "user", "content", "question");

    private final ChatTemplate template;
    private final Conversation conversation;
    private final ChatSettings settings;
    private final Tokenizer tokenizer;

    /** @throws UserException if there is no template, or it cannot be read */
    public ChatTexts(ChatSettings settings, Tokenizer tokenizer) {
        this.template = ChatStrategy.template(settings, tokenizer);
        this.conversation = new Conversation(settings, false);
        this.settings = settings;
        this.tokenizer = tokenizer;
    }

    /** The question: all messages, and the header of the answer. */
    public String prompt(Row row, List<JsonNode> messages) {
        return render(row, turns(row, messages), true).text();
    }

    /**
     * An answer, from its first character to the text that ends it, without the white space behind that.
     *
     * @param message of the assistant, or its text alone
     */
    public String answer(Row row, JsonNode message) {
        JsonNode whole = message;
        if (message.isString()) {
            ObjectNode made = JSON.createObjectNode();
            made.put(settings.messagePropertyMappings().getOrDefault("role", "role"), "assistant");
            made.put(settings.messagePropertyMappings().getOrDefault("content", "content"), message.asString());
            whole = made;
        }
        List<Map<String, Object>> turns = new ArrayList<>();
        turns.add(ANY_QUESTION);
        turns.addAll(turns(row, List.of(whole)));
        Rendering rendering = render(row, turns, false);
        return rendering
                .text()
                .substring(contentStart(row, rendering, turns.size() - 1))
                .stripTrailing();
    }

    private static int contentStart(Row row, Rendering rendering, int message) {
        return rendering.spans().stream()
                .filter(span -> span.messageIndex() == message && span.field().equals("content"))
                .mapToInt(Rendering.Span::start)
                .findFirst()
                .orElseThrow(() -> row.error("has an answer whose text the chat template does not show."));
    }

    private List<Map<String, Object>> turns(Row row, List<JsonNode> messages) {
        ArrayNode list = JSON.createArrayNode();
        messages.forEach(list::add);
        ObjectNode fields = JSON.createObjectNode();
        fields.set(settings.fieldMessages(), list);
        return conversation.turns(new Row(row.file(), row.number(), fields)).stream()
                .map(Turn::message)
                .toList();
    }

    private Rendering render(Row row, List<Map<String, Object>> messages, boolean prompt) {
        try {
            return template.render(ChatRequest.of(messages)
                    .withSpecialTokens(tokenizer.specialTokens())
                    .withVariables(settings.chatTemplateKwargs())
                    .withGenerationPrompt(prompt));
        } catch (UserException e) {
            throw new UserException(row.place() + ": " + e.getMessage(), e);
        }
    }
}
