package dev.newt.io;

import java.util.ArrayDeque;
import java.util.Deque;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads one JSON document with Jackson's parser alone. Its mapper, which also binds classes, takes a quarter of a second to start, as long as
 * checking a whole configuration.
 */
public final class JsonDocument {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private JsonDocument() {}

    /**
     * @return a missing node for text without a value
     * @throws JacksonException if the text is not exactly one JSON value, or an object has the same name twice
     */
    public static JsonNode read(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return MissingNode.getInstance();
            }
            JsonNode root = value(parser);
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "Trailing token " + parser.currentToken() + " after the value");
            }
            return root;
        }
    }

    /** The value that begins at the current token. The parser limits the nesting; it costs no stack here. */
    private static JsonNode value(JsonParser parser) {
        Deque<JsonNode> open = new ArrayDeque<>();
        String name = "";
        for (JsonToken token = parser.currentToken(); ; token = parser.nextToken()) {
            if (token == JsonToken.PROPERTY_NAME) {
                name = parser.currentName();
                continue;
            }
            JsonNode node;
            if (token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY) {
                node = open.pop();
            } else {
                node = start(parser, token);
                add(open.peek(), name, node);
                if (node.isContainer()) {
                    open.push(node);
                }
            }
            if (open.isEmpty()) {
                return node;
            }
        }
    }

    private static void add(JsonNode parent, String name, JsonNode child) {
        if (parent instanceof ObjectNode object) {
            object.set(name, child);
        } else if (parent instanceof ArrayNode array) {
            array.add(child);
        }
    }

    private static JsonNode start(JsonParser parser, JsonToken token) {
        if (token == null) {
            throw new StreamReadException(parser, "The text ends inside a value");
        }
        return switch (token) {
            case START_OBJECT -> NODES.objectNode();
            case START_ARRAY -> NODES.arrayNode();
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_NUMBER_INT -> switch (parser.getNumberType()) {
                case INT -> NODES.numberNode(parser.getIntValue());
                case LONG -> NODES.numberNode(parser.getLongValue());
                default -> NODES.numberNode(parser.getBigIntegerValue());
            };
            default -> throw new StreamReadException(parser, "Unexpected token " + token);
        };
    }
}
