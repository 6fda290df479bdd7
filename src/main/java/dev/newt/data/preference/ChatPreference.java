package dev.newt.data.preference;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.data.dataset.PreferenceFormat;
import dev.newt.data.prompt.ChatTexts;
import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Pairs written with a chat template. */
final class ChatPreference {
    private final ChatSettings settings;
    private final PreferenceFormat format;
    private final ChatTexts texts;

    /** @param format names the fields of the answers */
    ChatPreference(ChatSettings settings, PreferenceFormat format, ChatTexts texts) {
        this.settings = settings;
        this.format = format;
        this.texts = texts;
    }

    /** A conversation, and two answers to it: texts, messages, or lists whose last message counts. */
    PreferencePair answers(Row row) {
        JsonNode messages = PreferenceFields.required(row, settings.fieldMessages());
        List<JsonNode> question = messages.isString()
                ? List.of(message("user", messages.asString()))
                : PreferenceFields.list(row, settings.fieldMessages());
        return new PreferencePair(
                texts.prompt(row, question),
                texts.answer(row, last(row, format.fieldChosen())),
                texts.answer(row, last(row, format.fieldRejected())));
    }

    /** Two whole conversations that differ in their last message. */
    PreferencePair conversations(Row row) {
        List<JsonNode> chosen = PreferenceFields.list(row, format.fieldChosen());
        if (chosen.size() < 2) {
            throw row.error("field \"" + format.fieldChosen() + "\" must hold at least a question and an answer.");
        }
        List<JsonNode> question = new ArrayList<>(chosen.subList(0, chosen.size() - 1));
        String system = PreferenceFields.optionalText(row, "system");
        if (!system.isEmpty() && !question.get(0).path("role").asString("").equals("system")) {
            question.add(0, message("system", system));
        }
        return new PreferencePair(
                texts.prompt(row, question),
                texts.answer(row, chosen.get(chosen.size() - 1)),
                texts.answer(row, last(row, format.fieldRejected())));
    }

    /** One question with its system text, and two answers. */
    PreferencePair input(Row row) {
        List<JsonNode> question = new ArrayList<>();
        String system = PreferenceFields.optionalText(row, "system");
        if (!system.isEmpty()) {
            question.add(message("system", system));
        }
        question.add(message("user", PreferenceFields.text(row, "input")));
        return new PreferencePair(
                texts.prompt(row, question),
                texts.answer(row, PreferenceFields.required(row, format.fieldChosen())),
                texts.answer(row, PreferenceFields.required(row, format.fieldRejected())));
    }

    private static JsonNode last(Row row, String field) {
        JsonNode value = PreferenceFields.required(row, field);
        if (value.isArray() && value.isEmpty()) {
            throw row.error("field \"" + field + "\" is empty.");
        }
        return value.isArray() ? value.get(value.size() - 1) : value;
    }

    private ObjectNode message(String role, String content) {
        ObjectNode message = JsonMapper.shared().createObjectNode();
        message.put(settings.messagePropertyMappings().getOrDefault("role", "role"), role);
        message.put(settings.messagePropertyMappings().getOrDefault("content", "content"), content);
        return message;
    }
}
