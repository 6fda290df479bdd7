package dev.newt.token;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The model part of a {@code tokenizer.json}.
 *
 * @param settings all but vocabulary and merges
 * @param ids of the tokens
 * @param merges pairs of tokens, from the lowest rank
 */
record BpeVocabulary(JsonNode settings, Map<String, Integer> ids, List<String[]> merges) {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final ObjectReader PART = JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Reads the model as a stream: as a tree of nodes it would take a hundred times the memory of the file. Empty if it is not BPE. */
    static Optional<BpeVocabulary> read(JsonParser parser) {
        ObjectNode settings = JSON.createObjectNode();
        Map<String, Integer> ids = new HashMap<>();
        List<String[]> merges = new ArrayList<>();
        boolean usable = parser.currentToken() == JsonToken.START_OBJECT;
        if (!usable) {
            parser.skipChildren();
        }
        while (usable && parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("vocab") && parser.currentToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                    String token = parser.currentName();
                    parser.nextToken();
                    ids.put(token, parser.getIntValue());
                }
            } else if (name.equals("merges") && parser.currentToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    merges.add(pair(parser));
                }
            } else if (name.equals("vocab")) {
                parser.skipChildren(); // A setting of another kind of model.
            } else {
                settings.set(name, PART.readTree(parser));
            }
        }
        boolean known = usable
                && settings.path("type").asString("").equals("BPE")
                && merges.stream().allMatch(pair -> pair.length == 2);
        return known ? Optional.of(new BpeVocabulary(settings, ids, merges)) : Optional.empty();
    }

    /** Written as a list of two, or, by older versions, as both with a space between. */
    private static String[] pair(JsonParser parser) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return parser.getString().split(" ", -1);
        }
        List<String> parts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parts.add(parser.getString());
        }
        return parts.toArray(new String[0]);
    }

    boolean isPlain() {
        return emptyOrZero(settings.path("dropout"))
                && emptyOrZero(settings.path("continuing_subword_prefix"))
                && emptyOrZero(settings.path("end_of_word_suffix"));
    }

    private static boolean emptyOrZero(JsonNode value) {
        return value.isMissingNode()
                || value.isNull()
                || (value.isString() && value.asString().isEmpty())
                || (value.isNumber() && value.asDouble() == 0);
    }

    boolean flag(String name) {
        return settings.path(name).asBoolean(false);
    }

    /** The merges by token ids; empty if one names a token that the vocabulary lacks. */
    Optional<PairTable> pairs() {
        PairTable table = new PairTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            String[] pair = merges.get(rank);
            Integer left = ids.get(pair[0]);
            Integer right = ids.get(pair[1]);
            Integer merged = ids.get(pair[0].concat(pair[1]));
            if (left == null || right == null || merged == null) {
                return Optional.empty();
            }
            table.put(left, right, rank, merged);
        }
        return Optional.of(table);
    }

    /** Whether a token that a merge produces has {@code mark} after another character. */
    boolean mergesOverBegin(char mark) {
        return merges.stream().anyMatch(pair -> {
            String merged = pair[0].concat(pair[1]);
            return merged.lastIndexOf(mark) > 0
                    && merged.chars().limit(merged.lastIndexOf(mark)).anyMatch(c -> c != mark);
        });
    }
}
