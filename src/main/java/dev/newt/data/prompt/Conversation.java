package dev.newt.data.prompt;

import dev.newt.data.dataset.ChatSettings;
import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads a row's messages and tools as the settings name them. */
final class Conversation implements TurnReader {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final String[][] THINKING_TAGS = {
        {"<think>", "</think>"},
        {"<reasoning>", "</reasoning>"},
        {"<|begin_of_thought|>", "<|end_of_thought|>"},
    };

    private final ChatSettings settings;
    private final boolean trainOnInputs;
    private final Map<String, String> targetRoles = new HashMap<>();

    Conversation(ChatSettings settings, boolean trainOnInputs) {
        this.settings = settings;
        this.trainOnInputs = trainOnInputs;
        settings.roles().forEach((target, sources) -> sources.forEach(source -> targetRoles.put(source, target)));
    }

    @Override
    public boolean trainsAnswers() {
        return isTrained("assistant") || settings.messageFieldTraining().isPresent();
    }

    @Override
    public List<Turn> turns(Row row) {
        JsonNode messages = parsed(row, settings.fieldMessages(), Fields.required(row, settings.fieldMessages()));
        if (!messages.isArray() || messages.isEmpty()) {
            throw row.error("field \"" + settings.fieldMessages() + "\" must be a list of messages, but is "
                    + (messages.isArray() ? "empty" : Fields.kind(messages)) + ".");
        }
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            turns.add(turn(row, i, messages.get(i)));
        }
        String system = row.fields().path("system").isString()
                ? row.fields().get("system").asString()
                : "";
        boolean begins = role(turns.get(0)).equals("system");
        if (begins && settings.dropSystemMessage()) {
            turns.remove(0);
        } else if (!begins && !system.isEmpty() && !settings.dropSystemMessage()) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", "system");
            message.put("content", system);
            turns.add(0, Turn.whole(message, isTrained("system")));
        }
        if (turns.isEmpty()) {
            throw row.error("has no message other than the system message, which drop_system_message removes.");
        }
        return turns;
    }

    @Override
    public Optional<List<Map<String, Object>>> tools(Row row) {
        if (!PlainJson.has(row.fields(), settings.fieldTools())) {
            return Optional.empty();
        }
        JsonNode tools = parsed(row, settings.fieldTools(), row.fields().get(settings.fieldTools()));
        if (!tools.isArray()) {
            throw row.error("field \"" + settings.fieldTools() + "\" must be a list of tools, but is "
                    + Fields.kind(tools) + ".");
        }
        List<Map<String, Object>> list = new ArrayList<>();
        for (JsonNode tool : tools) {
            Map<String, Object> map = map(row, "a tool", tool);
            parseInside(row, map, "parameters");
            if (map.get("function") instanceof Map<?, ?> function) {
                map.put("function", parseInside(row, copy(function), "parameters"));
            }
            list.add(map);
        }
        return list.isEmpty() ? Optional.empty() : Optional.of(list);
    }

    private Turn turn(Row row, int index, JsonNode node) {
        String place = "message " + (index + 1);
        Map<String, Object> given = map(row, place, node);
        given.values().removeIf(java.util.Objects::isNull);
        Map<String, Object> message = new LinkedHashMap<>();
        settings.messagePropertyMappings().forEach((property, key) -> {
            if (given.containsKey(key)) {
                message.put(property, given.get(key));
            }
        });
        settings.messagePropertyMappings().values().forEach(given::remove);
        if (!(message.get("role") instanceof String source)) {
            throw row.error(place + " has no role; its fields are " + String.join(", ", node.propertyNames())
                    + ". Name the role's field in message_property_mappings: {role: ..., content: ...}.");
        }
        String role = targetRoles.getOrDefault(source, source);
        message.put("role", role);

        Object flag = settings.messageFieldTraining().map(given::remove).orElse(null);
        Object detail = settings.messageFieldTrainingDetail().map(given::remove).orElse(null);
        Object thinking = given.remove(settings.fieldThinking());
        given.forEach(message::putIfAbsent);
        if (thinking != null) {
            message.put(settings.templateThinkingKey(), thinking);
        }
        if (flag != null && !(flag instanceof Boolean)) {
            throw row.error(place + ": " + settings.messageFieldTraining().orElse("")
                    + " must be true or false, but is " + flag + ".");
        }
        boolean trainedByRole = flag != null ? (Boolean) flag : isTrained(role);
        Map<String, List<Turn.Piece>> details = new LinkedHashMap<>();
        requireContent(row, place, message);
        for (String field : List.of("content", settings.templateThinkingKey())) {
            parts(row, place, message, field, trainedByRole).ifPresent(pieces -> details.put(field, pieces));
        }
        if (detail != null) {
            details.remove("content");
            Optional.of(detail(row, place, detail))
                    .filter(list -> !list.isEmpty())
                    .ifPresent(pieces -> details.put("content", pieces));
        }
        if (settings.splitThinking() && role.equals("assistant")) {
            splitThinking(row, place, message, !details.isEmpty());
        }
        toolCalls(row, message);
        boolean trained = flag != null ? (Boolean) flag : !details.isEmpty() || trainedByRole;
        return new Turn(message, trained, trainedByRole, details);
    }

    private boolean isTrained(String role) {
        return trainOnInputs || settings.rolesToTrain().contains(role);
    }

    private static void requireContent(Row row, String place, Map<String, Object> message) {
        Object content = message.get("content");
        if (content == null && message.keySet().equals(java.util.Set.of("role"))) {
            throw row.error(place + " has no content. Name its field in message_property_mappings: {content: ...}.");
        }
        message.put("content", content == null ? "" : content instanceof List ? content : String.valueOf(content));
    }

    /** Joins the text of a field that is given in parts; each part may say whether it is trained. */
    private static Optional<List<Turn.Piece>> parts(
            Row row, String place, Map<String, Object> message, String field, boolean trainedByDefault) {
        if (!(message.get(field) instanceof List<?> parts)) {
            return Optional.empty();
        }
        StringBuilder text = new StringBuilder();
        List<Turn.Piece> pieces = new ArrayList<>();
        boolean flagged = false;
        int start = 0;
        for (Object part : parts) {
            if (!(part instanceof Map<?, ?> map) || !(map.get("text") instanceof String own)) {
                throw row.error(place + " has a part that is not text: " + part + ". Only text can be trained on.");
            }
            boolean trained = trainedByDefault;
            if (map.get("train") instanceof Boolean train) {
                trained = train;
                flagged = true;
            } else if (map.get("weight") instanceof Number weight) {
                trained = weight.doubleValue() > 0;
                flagged = true;
            }
            int end = start + own.codePointCount(0, own.length());
            pieces.add(new Turn.Piece(start, end, trained));
            text.append(own);
            start = end;
        }
        message.put(field, text.toString());
        return flagged ? Optional.of(pieces) : Optional.empty();
    }

    private static List<Turn.Piece> detail(Row row, String place, Object detail) {
        List<Turn.Piece> pieces = new ArrayList<>();
        for (Object item : detail instanceof List<?> list ? list : List.of(detail)) {
            if (!(item instanceof Map<?, ?> map)
                    || !(map.get("begin_offset") instanceof Long begin)
                    || !(map.get("end_offset") instanceof Long end)
                    || !(map.get("train") instanceof Boolean train)) {
                throw row.error(place + ": a training detail must be {\"begin_offset\": number, \"end_offset\": number,"
                        + " \"train\": true or false}, but is " + item + ".");
            }
            pieces.add(new Turn.Piece(Math.toIntExact(begin), Math.toIntExact(end) + 1, train));
        }
        return pieces;
    }

    private void splitThinking(Row row, String place, Map<String, Object> message, boolean detailed) {
        String content = (String) message.get("content");
        for (String[] tags : THINKING_TAGS) {
            int start = content.indexOf(tags[0]);
            int end = content.indexOf(tags[1], Math.max(start, 0));
            if (start >= 0 && end >= 0) {
                if (detailed) {
                    throw row.error(
                            place
                                    + ": split_thinking moves the text that the training details refer to; use only one of them.");
                }
                message.put(
                        settings.templateThinkingKey(),
                        content.substring(start + tags[0].length(), end).strip());
                message.put("content", content.substring(end + tags[1].length()).stripLeading());
                return;
            }
        }
    }

    /** Arguments may be given as JSON text; templates need the values. */
    private static void toolCalls(Row row, Map<String, Object> message) {
        if (message.get("tool_calls") instanceof List<?> calls) {
            List<Object> parsed = new ArrayList<>();
            for (Object call : calls) {
                if (call instanceof Map<?, ?> map && map.get("function") instanceof Map<?, ?> function) {
                    Map<String, Object> copy = copy(map);
                    copy.put("function", parseInside(row, copy(function), "arguments"));
                    parsed.add(copy);
                } else {
                    parsed.add(call);
                }
            }
            message.put("tool_calls", parsed);
        }
    }

    private static Map<String, Object> parseInside(Row row, Map<String, Object> map, String key) {
        if (map.get(key) instanceof String text && !text.isBlank()) {
            map.put(key, PlainJson.of(parse(row, key, text)));
        }
        return map;
    }

    private static JsonNode parsed(Row row, String field, JsonNode node) {
        return node.isString() ? parse(row, field, node.asString()) : node;
    }

    private static JsonNode parse(Row row, String field, String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw row.error("field \"" + field + "\" is text that is not valid JSON: " + e.getOriginalMessage());
        }
    }

    @SuppressWarnings("unchecked") // PlainJson turns objects into maps with text keys.
    private static Map<String, Object> map(Row row, String what, JsonNode node) {
        if (!node.isObject()) {
            throw row.error(what + " must be an object, but is " + Fields.kind(node) + ".");
        }
        return (Map<String, Object>) PlainJson.of(node);
    }

    private static Map<String, Object> copy(Map<?, ?> map) {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, value) -> copy.put(String.valueOf(key), value));
        return copy;
    }

    private static String role(Turn turn) {
        return (String) turn.message().get("role");
    }
}
