package dev.newt.jinja;

import dev.newt.io.UserException;
import java.time.Clock;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a chat template is rendered with. Values are plain JSON values: Map, List, String, Boolean, Number and null.
 *
 * @param messages the conversation, in order
 * @param tools tool definitions; absent means Python's None, which some templates distinguish from an empty list
 * @param documents documents to ground answers on; absent means None
 * @param addGenerationPrompt whether the text ends with the header of the assistant's next turn
 * @param specialTokens {@code bos_token}, {@code eos_token} and so on, by name
 * @param variables further template variables (chat_template_kwargs); they take precedence over special tokens
 * @param clock the time and zone for {@code strftime_now}
 */
public record ChatRequest(
        List<Map<String, Object>> messages,
        Optional<List<Map<String, Object>>> tools,
        Optional<List<Map<String, Object>>> documents,
        boolean addGenerationPrompt,
        Map<String, String> specialTokens,
        Map<String, Object> variables,
        Clock clock) {

    /** Names that the request itself sets; {@code variables} must not hold them. */
    private static final List<String> RESERVED = List.of("messages", "tools", "documents", "add_generation_prompt");

    public ChatRequest {
        messages = List.copyOf(messages);
        tools = tools.map(List::copyOf);
        documents = documents.map(List::copyOf);
        specialTokens = Map.copyOf(specialTokens);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
        for (String name : RESERVED) {
            if (variables.containsKey(name)) {
                throw new UserException("chat template variable '" + name + "' is set by the conversation itself;"
                        + " choose another name");
            }
        }
    }

    /** A conversation alone: no tools, no documents, no generation prompt, the system's clock. */
    public static ChatRequest of(List<Map<String, Object>> messages) {
        return new ChatRequest(
                messages, Optional.empty(), Optional.empty(), false, Map.of(), Map.of(), Clock.systemDefaultZone());
    }

    public ChatRequest withTools(List<Map<String, Object>> newTools) {
        return new ChatRequest(
                messages, Optional.of(newTools), documents, addGenerationPrompt, specialTokens, variables, clock);
    }

    public ChatRequest withDocuments(List<Map<String, Object>> newDocuments) {
        return new ChatRequest(
                messages, tools, Optional.of(newDocuments), addGenerationPrompt, specialTokens, variables, clock);
    }

    public ChatRequest withGenerationPrompt(boolean add) {
        return new ChatRequest(messages, tools, documents, add, specialTokens, variables, clock);
    }

    public ChatRequest withSpecialTokens(Map<String, String> tokens) {
        return new ChatRequest(messages, tools, documents, addGenerationPrompt, tokens, variables, clock);
    }

    public ChatRequest withVariables(Map<String, Object> newVariables) {
        return new ChatRequest(messages, tools, documents, addGenerationPrompt, specialTokens, newVariables, clock);
    }

    public ChatRequest withClock(Clock newClock) {
        return new ChatRequest(messages, tools, documents, addGenerationPrompt, specialTokens, variables, newClock);
    }
}
