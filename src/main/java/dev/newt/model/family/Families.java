package dev.newt.model.family;

import dev.newt.io.JsonDocument;
import dev.newt.io.UserException;
import dev.newt.model.DecoderSpec;
import dev.newt.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** The model families that are supported, and the way from a config.json to a model's description. */
public final class Families {
    private static final List<Family> ALL =
            List.of(new Llama(), new Mistral(), new Qwen2(), new Qwen3(), new GptNeoX(), new Mixtral());

    private Families() {}

    /** Their names, the {@code model_type} of config.json. */
    public static List<String> supported() {
        return ALL.stream().map(Family::name).toList();
    }

    /**
     * Reads a config.json, as transformers 4 or 5 writes it.
     *
     * @throws UserException where it cannot be read, is of another family, or asks for arithmetic that is not supported
     */
    public static ModelConfig read(Path configJson) {
        JsonNode json;
        try {
            json = JsonDocument.read(Files.readString(configJson));
        } catch (NoSuchFileException e) {
            throw new UserException(configJson + ": not found; a model's folder needs its config.json.", e);
        } catch (IOException e) {
            throw new UserException(configJson + ": cannot be read: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new UserException(configJson + ": is not valid JSON: " + e.getOriginalMessage(), e);
        }
        return of(json, configJson.toString());
    }

    /**
     * @param config the content of a config.json
     * @param place where it came from, for messages
     */
    public static ModelConfig of(JsonNode config, String place) {
        if (config == null || !config.isObject()) {
            throw new UserException(place + ": is not a JSON object; a model's config.json is needed.");
        }
        ConfigFields fields = new ConfigFields(config, place);
        Family family = family(fields);
        refuseUnsupported(fields);
        DecoderSpec spec = family.spec(fields);
        boolean llamaTokens = family.llamaTokenDefaults();
        List<Integer> eos = fields.ints("eos_token_id");
        if (eos.isEmpty() && llamaTokens && !fields.isNull("eos_token_id")) {
            eos = List.of(2);
        }
        OptionalInt bos = fields.optionalInt("bos_token_id");
        if (bos.isEmpty() && llamaTokens && !fields.isNull("bos_token_id")) {
            bos = OptionalInt.of(1);
        }
        return new ModelConfig(
                spec,
                family.name(),
                dtype(fields),
                bos,
                eos,
                fields.optionalInt("pad_token_id"),
                fields.positiveNumberOr("initializer_range", 0.02),
                TensorSlots.of(spec, family.names()));
    }

    private static Family family(ConfigFields fields) {
        String supported = "supported families are " + String.join(", ", supported());
        String name = fields.string("model_type")
                .orElseThrow(() -> new UserException(fields.place() + ": model_type is missing; " + supported + "."));
        return ALL.stream()
                .filter(family -> family.name().equals(name))
                .findFirst()
                .orElseThrow(() -> fields.wrong("model_type", name, supported));
    }

    private static void refuseUnsupported(ConfigFields fields) {
        if (fields.has("quantization_config")) {
            throw fields.wrong(
                    "quantization_config",
                    "set",
                    "weights that are already quantised cannot be read: give the unquantised model, it can be quantised"
                            + " while it is loaded");
        }
        List<String> architectures = fields.strings("architectures").orElse(List.of());
        if (!architectures.isEmpty()
                && architectures.stream().noneMatch(name -> name.endsWith("ForCausalLM") || name.endsWith("Model"))) {
            throw fields.wrong("architectures", architectures, "a causal language model (...ForCausalLM) is needed");
        }
    }

    private static Optional<DType> dtype(ConfigFields fields) {
        String key = fields.has("dtype") ? "dtype" : "torch_dtype";
        return fields.string(key).map(name -> switch (name) {
            case "float32", "float" -> DType.F32;
            case "bfloat16" -> DType.BF16;
            case "float16", "half" -> DType.F16;
            case "float64", "double" -> DType.F64;
            default -> throw fields.wrong(key, name, "supported are float32, bfloat16, float16 and float64");
        });
    }
}
