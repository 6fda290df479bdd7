package dev.newt.data.prompt;

import dev.newt.data.dataset.DatasetInfo;
import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads rows as an entry of LLaMA-Factory's dataset_info.json describes them. Answers and tool calls are trained, including those of the history. */
final class LlamaFactoryTurns implements TurnReader {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final DatasetInfo info;
    private final boolean trainOnInputs;

    LlamaFactoryTurns(DatasetInfo info, boolean trainOnInputs) {
        this.info = info;
        this.trainOnInputs = trainOnInputs;
    }

    @Override
    public boolean trainsAnswers() {
        return true;
    }

    @Override
    public List<Turn> turns(Row row) {
        if (info.sharegpt()) {
            return conversation(row, true);
        }
        List<Turn> turns = instruction(row);
        turns.add(turn("assistant", Fields.text(row, column("response"))));
        return turns;
    }

    /** The conversation before two answers that are in separate columns. */
    List<Turn> question(Row row) {
        return info.sharegpt() ? conversation(row, false) : instruction(row);
    }

    /** An answer in a separate column: a text, or in conversations a message. */
    Turn answer(Row row, String name) {
        if (!info.sharegpt()) {
            return turn("assistant", Fields.text(row, column(name)));
        }
        JsonNode message = Fields.required(row, column(name));
        if (!message.isObject()) {
            throw row.error("field \"" + column(name) + "\" must be one message, but is " + Fields.kind(message) + ".");
        }
        return message(row, "field \"" + column(name) + "\"", false, message);
    }

    @Override
    public Optional<List<Map<String, Object>>> tools(Row row) {
        Optional<JsonNode> given = info.column("tools")
                .map(column -> row.fields().path(column))
                .filter(node -> !node.isNull()
                        && !node.isMissingNode()
                        && !(node.isString() && node.asString().isBlank()));
        if (given.isEmpty()) {
            return Optional.empty();
        }
        JsonNode tools =
                given.get().isString() ? parse(row, "tools", given.get().asString()) : given.get();
        if (!tools.isArray()) {
            throw row.error("tools must be a list, but is " + Fields.kind(tools) + ".");
        }
        List<Map<String, Object>> list = new ArrayList<>();
        for (JsonNode tool : tools) {
            list.add(map(row, "a tool", tool));
        }
        return list.isEmpty() ? Optional.empty() : Optional.of(list);
    }

    private List<Turn> instruction(Row row) {
        List<Turn> turns = new ArrayList<>();
        system(row).ifPresent(turns::add);
        info.column("history").map(column -> row.fields().path(column)).ifPresent(history -> {
            for (JsonNode pair : history) {
                if (!pair.isArray() || pair.size() != 2) {
                    throw row.error("its history must be a list of [question, answer], but holds " + pair + ".");
                }
                turns.add(turn("user", pair.get(0).asString("")));
                turns.add(turn("assistant", pair.get(1).asString("")));
            }
        });
        String prompt = Fields.text(row, column("prompt"));
        String query = info.column("query")
                .map(column -> Fields.optionalText(row, column))
                .orElse("");
        turns.add(turn("user", query.isEmpty() ? prompt : prompt.isEmpty() ? query : prompt + "\n" + query));
        return turns;
    }

    /** @param answered whether the last message is an answer; else it is a question */
    private List<Turn> conversation(Row row, boolean answered) {
        List<JsonNode> messages = new ArrayList<>();
        Fields.list(row, column("messages")).forEach(messages::add);
        List<Turn> turns = new ArrayList<>();
        if (!messages.isEmpty() && role(messages.get(0)).equals(info.tag("system_tag"))) {
            turns.add(turn("system", text(row, messages.remove(0))));
        } else {
            system(row).ifPresent(turns::add);
        }
        if (messages.isEmpty() || messages.size() % 2 != (answered ? 0 : 1)) {
            throw row.error("has " + messages.size()
                    + " messages besides the system message; it needs questions, each followed by an answer"
                    + (answered ? "." : ", except the last, whose answers are in separate columns."));
        }
        for (int i = 0; i < messages.size(); i++) {
            turns.add(message(row, "message " + (i + 1), i % 2 == 0, messages.get(i)));
        }
        return turns;
    }

    /** @param question whether a question is expected here, rather than an answer */
    private Turn message(Row row, String place, boolean question, JsonNode message) {
        String role = role(message);
        boolean asks = role.equals(info.tag("user_tag")) || role.equals(info.tag("observation_tag"));
        boolean answers = role.equals(info.tag("assistant_tag")) || role.equals(info.tag("function_tag"));
        if (question ? !asks : !answers) {
            throw row.error(place + " is from \"" + role + "\", but a message from "
                    + (question
                            ? info.tag("user_tag") + " or " + info.tag("observation_tag")
                            : info.tag("assistant_tag") + " or " + info.tag("function_tag"))
                    + " is expected.");
        }
        String text = text(row, message);
        if (role.equals(info.tag("function_tag"))) {
            return calls(row, text);
        }
        return turn(asks ? role.equals(info.tag("observation_tag")) ? "tool" : "user" : "assistant", text);
    }

    /** A tool call is JSON with a name and arguments; several calls are a list. */
    private Turn calls(Row row, String text) {
        JsonNode parsed = parse(row, info.tag("function_tag"), text);
        List<Object> calls = new ArrayList<>();
        for (JsonNode call : parsed.isArray() ? parsed : JSON.createArrayNode().add(parsed)) {
            Map<String, Object> function = map(row, "a call", call);
            if (function.get("arguments") instanceof String arguments) {
                function.put("arguments", PlainJson.of(parse(row, "arguments", arguments)));
            }
            Map<String, Object> whole = new LinkedHashMap<>();
            whole.put("type", "function");
            whole.put("function", function);
            calls.add(whole);
        }
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", "assistant");
        message.put("content", "");
        message.put("tool_calls", calls);
        return Turn.whole(message, true);
    }

    private Optional<Turn> system(Row row) {
        return info.column("system")
                .map(column -> Fields.optionalText(row, column))
                .filter(text -> !text.isEmpty())
                .map(text -> turn("system", text));
    }

    private Turn turn(String role, String text) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", text);
        return Turn.whole(message, trainOnInputs || role.equals("assistant"));
    }

    private String role(JsonNode message) {
        return message.path(info.tag("role_tag")).asString("");
    }

    private String text(Row row, JsonNode message) {
        JsonNode text = message.path(info.tag("content_tag"));
        if (!text.isString()) {
            throw row.error("has a message without text in \"" + info.tag("content_tag") + "\": " + message + ".");
        }
        return text.asString();
    }

    private String column(String name) {
        return info.column(name).orElseThrow();
    }

    private static JsonNode parse(Row row, String what, String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw row.error(what + " is text that is not valid JSON: " + e.getOriginalMessage());
        }
    }

    @SuppressWarnings("unchecked") // PlainJson turns objects into maps with text keys.
    private static Map<String, Object> map(Row row, String what, JsonNode node) {
        if (!node.isObject()) {
            throw row.error(what + " must be an object, but is " + Fields.kind(node) + ".");
        }
        return (Map<String, Object>) PlainJson.of(node);
    }
}
