package dev.newt.data.preference;

import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Reads the fields of preference rows, or reports what is wrong with them. */
final class PreferenceFields {
    private PreferenceFields() {}

    static JsonNode required(Row row, String field) {
        JsonNode value = row.fields().path(field);
        if (value.isMissingNode() || value.isNull()) {
            throw row.error("has no field \"" + field + "\"; its fields are "
                    + String.join(", ", row.fields().propertyNames())
                    + ". Correct the row, or name the right field and type in the configuration.");
        }
        return value;
    }

    static String text(Row row, String field) {
        JsonNode value = required(row, field);
        if (!value.isValueNode()) {
            throw row.error(
                    "field \"" + field + "\" must be text, but is " + (value.isArray() ? "a list" : "an object") + ".");
        }
        return value.asString();
    }

    static String optionalText(Row row, String field) {
        return row.fields().hasNonNull(field) ? text(row, field) : "";
    }

    /** The first of several fields that the row has; the last of them if it has none. */
    static String firstOf(Row row, String... fields) {
        for (String field : fields) {
            if (row.fields().has(field)) {
                return text(row, field);
            }
        }
        return text(row, fields[fields.length - 1]);
    }

    static boolean verdict(Row row, String field) {
        return verdict(row, "field \"" + field + "\"", required(row, field));
    }

    static boolean verdict(Row row, String what, JsonNode value) {
        if (value.isBoolean()) {
            return value.asBoolean();
        }
        if (value.isInt() && (value.asInt() == 0 || value.asInt() == 1)) {
            return value.asInt() == 1;
        }
        throw row.error(what + " must be true or false, but is " + value + ".");
    }

    /** Token ids. */
    static int[] ids(Row row, String field) {
        List<JsonNode> values = list(row, field);
        for (JsonNode value : values) {
            if (!value.isInt() || value.asInt() < 0) {
                throw row.error("field \"" + field + "\" must be a list of token ids, but holds " + value + ".");
            }
        }
        return values.stream().mapToInt(JsonNode::asInt).toArray();
    }

    static List<JsonNode> list(Row row, String field) {
        JsonNode value = required(row, field);
        if (!value.isArray()) {
            throw row.error("field \"" + field + "\" must be a list, but is " + value + ".");
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(items::add);
        return items;
    }

    /** The content of one message of a conversation that a field holds. */
    static String content(Row row, String field, int index) {
        List<JsonNode> messages = list(row, field);
        JsonNode content = index < messages.size()
                ? messages.get(index).path("content")
                : row.fields().missingNode();
        if (!content.isString()) {
            throw row.error("field \"" + field + "\" has no message " + (index + 1) + " with a text in \"content\".");
        }
        return content.asString();
    }
}
