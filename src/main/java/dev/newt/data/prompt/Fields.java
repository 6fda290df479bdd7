package dev.newt.data.prompt;

import dev.newt.rows.Row;
import tools.jackson.databind.JsonNode;

/** Reads the fields of a row, or reports what is wrong with it. */
final class Fields {
    private Fields() {}

    /** A field that every row must have. */
    static JsonNode required(Row row, String field) {
        JsonNode value = row.fields().path(field);
        if (value.isMissingNode() || value.isNull()) {
            throw row.error((value.isNull() ? "field \"" + field + "\" is null" : "has no field \"" + field + "\"")
                    + "; its fields are " + String.join(", ", row.fields().propertyNames())
                    + ". Correct the row, or name the right field or type in the configuration.");
        }
        return value;
    }

    /** Text that every row must have. Numbers and booleans are taken as they are written. */
    static String text(Row row, String field) {
        return text(row, field, required(row, field));
    }

    /** Text that a row may lack; it is then empty. */
    static String optionalText(Row row, String field) {
        JsonNode value = row.fields().path(field);
        return value.isMissingNode() || value.isNull() ? "" : text(row, field, value);
    }

    static String text(Row row, String field, JsonNode value) {
        if (!value.isValueNode()) {
            throw row.error("field \"" + field + "\" must be text, but is " + kind(value) + ".");
        }
        return value.asString();
    }

    /** A list that every row must have. */
    static JsonNode list(Row row, String field) {
        JsonNode value = required(row, field);
        if (!value.isArray()) {
            throw row.error("field \"" + field + "\" must be a list, but is " + kind(value) + ".");
        }
        return value;
    }

    static String kind(JsonNode value) {
        return value.isArray()
                ? "a list"
                : value.isObject()
                        ? "an object"
                        : value.isString() ? "text" : value.isNull() ? "null" : value.toString();
    }
}
