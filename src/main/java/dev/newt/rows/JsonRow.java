package dev.newt.rows;

import dev.newt.io.UserException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A row written as a JSON object. */
final class JsonRow {
    // Big and decimal numbers keep their digits; anything after the first value of a line is an error.
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private JsonRow() {}

    /** @param place the file and row or line, with which error messages begin */
    static Row parse(Path file, long number, String place, String json) {
        JsonNode node = parse(place, json);
        if (node instanceof ObjectNode fields) {
            return new Row(file, number, fields);
        }
        throw new UserException(
                file + ", row " + number + ": is not a JSON object with named fields, but " + abbreviated(json) + ".");
    }

    static JsonNode parse(String place, String json) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException e) {
            throw new UserException(place + ": is not valid JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static String abbreviated(String text) {
        return text.length() <= 60 ? text : text.substring(0, 57) + "...";
    }
}
