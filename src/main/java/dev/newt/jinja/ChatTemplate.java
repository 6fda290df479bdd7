package dev.newt.jinja;

import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A chat template: Jinja2 in the sandbox and with the settings of Hugging Face's apply_chat_template, rendering the same text.
 *
 * <p>Parsed once, then rendered from any number of threads. Whatever is not supported fails with the template's name and line; nothing is guessed.
 * Templates reach the values of the request, strings, numbers and the functions range, dict, namespace, raise_exception and strftime_now, and
 * nothing in Java; loops, output, lists and recursion are bounded.
 */
public final class ChatTemplate {
    private final String name;
    private final Parser.Parsed parsed;

    private ChatTemplate(String name, Parser.Parsed parsed) {
        this.name = name;
        this.parsed = parsed;
    }

    /**
     * Parses a template.
     *
     * @param name its name in messages, such as its file
     * @throws UserException with the name and line, if the template is malformed or uses an unknown tag, filter or test
     */
    public static ChatTemplate parse(String name, String source) {
        try {
            return new ChatTemplate(name, Parser.parse(source));
        } catch (TemplateFailure failure) {
            throw userException(name, failure);
        }
    }

    /**
     * Renders a conversation.
     *
     * @throws UserException with the template's name and line, if it fails or calls raise_exception
     */
    public Rendering render(ChatRequest request) {
        try {
            Scope globals = new Scope(new Execution());
            Globals.define(globals, request);
            Scope context = new Scope(globals);
            request.specialTokens().forEach((token, value) -> context.set(token, Text.of(value)));
            request.variables().forEach((variable, value) -> context.set(variable, Values.of(value, null)));
            context.set("messages", messages(request.messages()));
            context.set(
                    "tools",
                    request.tools().map(tools -> Values.of(tools, null)).orElse(null));
            context.set(
                    "documents",
                    request.documents()
                            .map(documents -> Values.of(documents, null))
                            .orElse(null));
            context.set("add_generation_prompt", request.addGenerationPrompt());
            TextBuilder out = new TextBuilder();
            Scope root = new Scope(context);
            parsed.ownNames().forEach(own -> root.set(own, Arguments.MISSING));
            parsed.body().run(root, out);
            return Rendering.of(out.toText());
        } catch (TemplateFailure failure) {
            throw userException(name, failure);
        }
    }

    private static List<Object> messages(List<Map<String, Object>> messages) {
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            int index = i;
            Dict dict = new Dict(index);
            messages.get(i)
                    .forEach((key, value) -> dict.put(Text.of(key), Values.of(value, new Mark.Field(index, key))));
            list.add(dict);
        }
        return list;
    }

    private static UserException userException(String name, TemplateFailure failure) {
        String place = failure.line() > 0 ? ", line " + failure.line() : "";
        return new UserException("chat template " + name + place + ": " + failure.getMessage(), failure);
    }
}
