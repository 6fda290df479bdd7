package dev.newt.config;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Source;
import dev.newt.config.yaml.YamlReader;
import dev.newt.config.yaml.YamlTree;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The configuration's JSON Schema (draft 2020-12), by which editors complete and check a file. */
public final class JsonSchema {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final Place NOWHERE = new Place(Source.byDefault(), 0, 0, 0);

    private JsonSchema() {}

    /** Indented, with a final line end. */
    public static String text() {
        ObjectNode schema = MAPPER.createObjectNode();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Newt configuration");
        schema.put("description", "What to fine-tune and how. Keys and meanings are Axolotl's.");
        ObjectNode top = level(NewtConfig.class);
        ObjectNode extending = ((ObjectNode) top.get("properties")).putObject("extends");
        extending.put(
                "description", "Other configurations, relative to this one, whose keys hold where this one has none.");
        extending.putArray("type").add("string").add("array").add("null");
        extending.putObject("items").put("type", "string");
        schema.setAll(top);
        // What is required may come from the file that is extended; the data may be named by either of two keys.
        ArrayNode forms = schema.putArray("anyOf");
        ArrayNode required = (ArrayNode) schema.remove("required");
        for (String data : List.of("datasets", "pretraining_dataset")) {
            ObjectNode form = forms.addObject();
            form.set("required", required.deepCopy().add(data));
            form.putObject("properties").putObject(data).put("type", "array").put("minItems", 1);
        }
        forms.addObject().putArray("required").add("extends");
        schema.putObject("$defs").set("dataset", level(DatasetConfig.class));
        return MAPPER.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(schema)
                        .replace("\r\n", "\n") + "\n";
    }

    /** An object with the keys of a record, and those that do no work. */
    private static ObjectNode level(Class<?> type) {
        ObjectNode object = MAPPER.createObjectNode();
        object.put("type", "object");
        ObjectNode properties = object.putObject("properties");
        List<String> required = new ArrayList<>();
        Schema.keys(type).forEach((name, component) -> {
            Key key = component.getAnnotation(Key.class);
            boolean optional = Schema.raw(component.getGenericType()) == Optional.class;
            ObjectNode property = component(component, optional);
            boolean needed = !optional && key.byDefault().isEmpty() && !mayBeEmpty(component);
            if (needed) {
                required.add(name);
            } else {
                allowNull(property);
            }
            describe(property, key);
            properties.set(name, property);
        });
        AxolotlKeys.on(type).forEach((name, unbound) -> properties.set(name, unbound(unbound)));
        if (!required.isEmpty()) {
            required.forEach(object.putArray("required")::add);
        }
        object.put("additionalProperties", false);
        return object;
    }

    private static boolean mayBeEmpty(RecordComponent component) {
        Class<?> raw = Schema.raw(component.getGenericType());
        return raw == Map.class || raw == List.class;
    }

    private static void describe(ObjectNode property, Key key) {
        String old = key.deprecated().isEmpty() ? "" : " Old spelling; write " + key.deprecated() + ".";
        property.put("description", key.description() + old);
        if (!key.byDefault().isEmpty()) {
            property.set("default", value(key.byDefault()));
        }
        if (!key.example().isEmpty()) {
            property.putArray("examples").add(value(key.example()));
        }
        if (!key.deprecated().isEmpty()) {
            property.put("deprecated", true);
        }
    }

    private static ObjectNode component(RecordComponent component, boolean optional) {
        AnnotatedType type = component.getAnnotatedType();
        if (optional) {
            type = ((AnnotatedParameterizedType) type).getAnnotatedActualTypeArguments()[0];
        }
        ObjectNode property = ofType(type.getType());
        constrain(property, component.getAnnotations());
        constrain(property, type.getAnnotations());
        return property;
    }

    private static ObjectNode ofType(Type type) {
        Class<?> raw = Schema.raw(type);
        ObjectNode property = MAPPER.createObjectNode();
        if (raw == DatasetConfig.class) {
            return property.put("$ref", "#/$defs/dataset");
        }
        if (raw == List.class) {
            property.put("type", "array").set("items", ofType(Schema.element(type)));
        } else if (raw == Map.class) {
            property.put("type", "object").set("additionalProperties", ofType(Schema.element(type)));
        } else if (Union.class.isAssignableFrom(raw)) {
            ArrayNode forms = property.putArray("anyOf");
            for (RecordComponent form : raw.getRecordComponents()) {
                ObjectNode one = ofType(Schema.element(form.getGenericType()));
                if (raw == DatasetType.class && one.path("type").asString("").equals("string")) {
                    PromptTypes.all().forEach(one.putArray("enum")::add);
                }
                forms.add(one);
            }
        } else if (raw.isRecord()) {
            property.setAll(level(raw));
        } else if (raw.isEnum()) {
            choices(property.putArray("enum"), raw);
        } else {
            property.put("type", scalar(raw));
        }
        return property;
    }

    private static String scalar(Class<?> type) {
        if (type == String.class) {
            return "string";
        }
        if (type == Boolean.class) {
            return "boolean";
        }
        return type == Double.class ? "number" : "integer";
    }

    private static void choices(ArrayNode values, Class<?> type) {
        for (String text : Scalars.texts(type)) {
            switch (text) {
                case "true" -> values.add(true);
                case "false" -> values.add(false);
                case "no" -> values.add("no").add(false); // what YAML 1.1 reads of a plain no
                default -> values.add(text);
            }
        }
    }

    private static void constrain(ObjectNode property, Annotation[] constraints) {
        for (Annotation constraint : constraints) {
            Limit.of(constraint).ifPresent(limit -> constrain(property, limit));
        }
    }

    private static void constrain(ObjectNode property, Limit limit) {
        if (limit instanceof Limit.Bound bound) {
            property.put(keyword(bound), bound.value());
        } else if (limit instanceof Limit.NonBlank) {
            property.put("pattern", "\\S");
        } else if (limit instanceof Limit.Form form) {
            property.put("pattern", "^" + form.regexp() + "$");
        } else if (limit instanceof Limit.Length length) {
            property.put("minLength", length.min());
        }
    }

    private static String keyword(Limit.Bound bound) {
        if (bound.inclusive()) {
            return bound.lower() ? "minimum" : "maximum";
        }
        return bound.lower() ? "exclusiveMinimum" : "exclusiveMaximum";
    }

    /** A key without a value is as good as none. */
    private static void allowNull(ObjectNode property) {
        if (property.has("enum")) {
            ((ArrayNode) property.get("enum")).addNull();
        } else if (property.has("anyOf")) {
            ((ArrayNode) property.get("anyOf")).addObject().put("type", "null");
        } else if (property.has("type")) {
            String type = property.get("type").asString();
            property.putArray("type").add(type).add("null");
        }
    }

    private static ObjectNode unbound(AxolotlKeys.Unbound unbound) {
        ObjectNode property = MAPPER.createObjectNode();
        KeyDoc doc = unbound.doc();
        switch (doc.status()) {
            case NO_EFFECT -> property.put("description", "No effect here: " + doc.text() + ".");
            case OLD_SPELLING -> property.put(
                    "description", "Old spelling of " + doc.replacement().orElseThrow() + ": " + doc.text() + ".");
            default -> {
                // Only values that ask for nothing are accepted, so that an editor marks the others.
                property.put("description", "Not supported yet; " + doc.text() + ".");
                ArrayNode harmless = property.putArray("enum").addNull();
                if (!unbound.onlyHarmless()) {
                    harmless.add(false);
                }
                harmless.add("").addArray();
                harmless.addObject();
                unbound.harmless().forEach(text -> harmless.add(value(text)));
            }
        }
        if (doc.replacement().isPresent()) {
            property.put("deprecated", true);
        }
        return property;
    }

    /** YAML text as JSON: plain scalars by what they look like. */
    private static JsonNode value(String yaml) {
        return json(YamlReader.readArgument(NOWHERE, yaml, new ArrayList<>()).orElseThrow());
    }

    private static JsonNode json(YamlTree tree) {
        if (tree instanceof YamlTree.Sequence list) {
            ArrayNode array = MAPPER.createArrayNode();
            list.items().forEach(item -> array.add(json(item)));
            return array;
        }
        if (tree instanceof YamlTree.Mapping mapping) {
            ObjectNode object = MAPPER.createObjectNode();
            for (Map.Entry<String, YamlTree.Entry> entry : mapping.entries().entrySet()) {
                object.set(entry.getKey(), json(entry.getValue().value()));
            }
            return object;
        }
        YamlTree.Scalar scalar = (YamlTree.Scalar) tree;
        Object value = Scalars.parse(Boolean.class, scalar)
                .or(() -> Scalars.parse(Long.class, scalar))
                .or(() -> Scalars.parse(Double.class, scalar))
                .orElse(scalar.text());
        return MAPPER.valueToTree(value);
    }
}
