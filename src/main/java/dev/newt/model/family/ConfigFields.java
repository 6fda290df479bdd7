package dev.newt.model.family;

import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** The fields of a JSON object, checked as they are read. A field that is null counts as absent unless asked for by {@link #isNull}. */
final class ConfigFields {
    private final JsonNode object;
    private final String place;
    private final String prefix;

    /** @param place the file, for messages */
    ConfigFields(JsonNode object, String place) {
        this(object, place, "");
    }

    private ConfigFields(JsonNode object, String place, String prefix) {
        this.object = object;
        this.place = place;
        this.prefix = prefix;
    }

    String place() {
        return place;
    }

    /** The key is written, with null as its value. */
    boolean isNull(String key) {
        JsonNode value = object.get(key);
        return value != null && value.isNull();
    }

    boolean has(String key) {
        return node(key).isPresent();
    }

    List<String> keys() {
        return List.copyOf(object.propertyNames());
    }

    Optional<ConfigFields> object(String key) {
        return node(key).map(value -> {
            if (!value.isObject()) {
                throw wrong(key, value, "an object is needed");
            }
            return new ConfigFields(value, place, prefix + key + ".");
        });
    }

    int positiveInt(String key) {
        return optionalPositiveInt(key).orElseThrow(() -> missing(key, "an integer above 0"));
    }

    OptionalInt optionalPositiveInt(String key) {
        OptionalInt value = optionalInt(key);
        if (value.isPresent() && value.getAsInt() <= 0) {
            throw wrong(key, value.getAsInt(), "an integer above 0 is needed");
        }
        return value;
    }

    OptionalInt optionalInt(String key) {
        return node(key).map(value -> OptionalInt.of(toInt(key, value))).orElse(OptionalInt.empty());
    }

    /** One integer, or a list of them; empty where absent. */
    List<Integer> ints(String key) {
        List<Integer> values = new ArrayList<>();
        node(key).ifPresent(value -> {
            if (value.isArray()) {
                value.forEach(element -> values.add(toInt(key, element)));
            } else {
                values.add(toInt(key, value));
            }
        });
        return values;
    }

    double positiveNumber(String key) {
        OptionalDouble value = optionalNumber(key);
        return positive(key, value.orElseThrow(() -> missing(key, "a number above 0")));
    }

    double positiveNumberOr(String key, double otherwise) {
        return positive(key, optionalNumber(key).orElse(otherwise));
    }

    private double positive(String key, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw wrong(key, value, "a number above 0 is needed");
        }
        return value;
    }

    OptionalDouble optionalNumber(String key) {
        return node(key)
                .map(value -> {
                    if (!value.isNumber()) {
                        throw wrong(key, value, "a number is needed");
                    }
                    return OptionalDouble.of(value.doubleValue());
                })
                .orElse(OptionalDouble.empty());
    }

    boolean booleanOr(String key, boolean otherwise) {
        return node(key)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw wrong(key, value, "true or false is needed");
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    Optional<String> string(String key) {
        return node(key).map(value -> toString(key, value));
    }

    Optional<List<String>> strings(String key) {
        return node(key).map(value -> {
            if (!value.isArray()) {
                throw wrong(key, value, "a list of texts is needed");
            }
            List<String> texts = new ArrayList<>();
            value.forEach(element -> texts.add(toString(key, element)));
            return texts;
        });
    }

    /** The exception for a value that is there and cannot be used. */
    UserException wrong(String key, Object value, String instead) {
        return new UserException(place + ": " + prefix + key + " is " + value + "; " + instead + ".");
    }

    private UserException missing(String key, String what) {
        return new UserException(place + ": " + prefix + key + " is missing; " + what + " is needed.");
    }

    private int toInt(String key, JsonNode value) {
        // Some configurations write whole numbers as 8192.0.
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (number != Math.rint(number) || Math.abs(number) > Integer.MAX_VALUE) {
            throw wrong(key, value, "an integer is needed");
        }
        return (int) number;
    }

    private String toString(String key, JsonNode value) {
        if (!value.isString()) {
            throw wrong(key, value, "a text is needed");
        }
        return value.stringValue();
    }

    private Optional<JsonNode> node(String key) {
        JsonNode value = object.get(key);
        return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
    }
}
