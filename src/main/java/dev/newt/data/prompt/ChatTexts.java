package dev.newt.data.prompt;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.io.UserException;
import dev.newt.jinja.ChatRequest;
import dev.newt.jinja.ChatTemplate;
import dev.newt.jinja.Rendering;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A conversation as two texts: what the model is asked and what it answers. */
public final class ChatTexts {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Turn ANY_QUESTION = Turn.whole(Map.of("role", "user", "content", "question"), false);

    private final ChatTemplate template;
    private final Conversation conversation;
    private final ChatSettings settings;
    private final Tokenizer tokenizer;

    /** @throws UserException if there is no template or it cannot be read */
    public ChatTexts(ChatSettings settings, Tokenizer tokenizer) {
        this.template = ChatStrategy.template(settings, tokenizer);
        this.conversation = new Conversation(settings, false);
        this.settings = settings;
        this.tokenizer = tokenizer;
    }

    /** The question: all messages and the header of the answer. */
    public String prompt(Row row, List<JsonNode> messages) {
        return prompt(row, turns(row, messages), Optional.empty());
    }

    /**
     * An answer, from its first character to the text that ends it, without the white space after that.
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
        return answer(row, turns(row, List.of(whole)).get(0), Optional.empty());
    }

    String prompt(Row row, List<Turn> question, Optional<List<Map<String, Object>>> tools) {
        return render(row, question, tools, true).text();
    }

    String answer(Row row, Turn answer, Optional<List<Map<String, Object>>> tools) {
        List<Turn> turns = List.of(ANY_QUESTION, answer);
        Rendering rendering = render(row, turns, tools, false);
        return rendering.text().substring(start(row, rendering, tools)).stripTrailing();
    }

    /** Where the answer's text begins; tool calls without text begin after the header. */
    private int start(Row row, Rendering rendering, Optional<List<Map<String, Object>>> tools) {
        OptionalInt content = rendering.spans().stream()
                .filter(span -> span.messageIndex() == 1 && span.field().equals("content"))
                .mapToInt(Rendering.Span::start)
                .findFirst();
        boolean calls = rendering.spans().stream()
                .anyMatch(span -> span.messageIndex() == 1 && span.field().equals("tool_calls"));
        if (content.isPresent() || !calls) {
            return content.orElseThrow(() -> row.error("has an answer whose text the chat template does not show."));
        }
        String header = render(row, List.of(ANY_QUESTION), tools, true).text();
        if (!rendering.text().startsWith(header)) {
            throw row.error("has an answer that calls tools, and the chat template does not show where it begins.");
        }
        return header.length();
    }

    private List<Turn> turns(Row row, List<JsonNode> messages) {
        ArrayNode list = JSON.createArrayNode();
        messages.forEach(list::add);
        ObjectNode fields = JSON.createObjectNode();
        fields.set(settings.fieldMessages(), list);
        return conversation.turns(new Row(row.file(), row.number(), fields));
    }

    private Rendering render(Row row, List<Turn> turns, Optional<List<Map<String, Object>>> tools, boolean prompt) {
        ChatRequest request = ChatRequest.of(turns.stream().map(Turn::message).toList())
                .withSpecialTokens(tokenizer.specialTokens())
                .withVariables(settings.chatTemplateKwargs())
                .withGenerationPrompt(prompt);
        try {
            return template.render(tools.map(request::withTools).orElse(request));
        } catch (UserException e) {
            throw new UserException(row.place() + ": " + e.getMessage(), e);
        }
    }
}
