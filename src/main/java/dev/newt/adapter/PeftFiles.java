package dev.newt.adapter;

import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An adapter's folder as peft reads and writes it: adapter_config.json and adapter_model.safetensors. */
public final class PeftFiles {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";

    /** Options that change the arithmetic and that we do not know, each with the values that switch it off. */
    private static final List<String> MUST_BE_OFF = List.of(
            "rank_pattern",
            "alpha_pattern",
            "layers_to_transform",
            "layer_replication",
            "exclude_modules",
            "target_parameters",
            "trainable_token_indices",
            "fan_in_fan_out",
            "lora_bias",
            "use_qalora",
            "use_bdlora",
            "alora_invocation_tokens",
            "arrow_config",
            "megatron_config");

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private PeftFiles() {}

    /** Reads adapter_config.json. */
    public static LoraSettings readSettings(Path directory) {
        Path file = directory.resolve(CONFIG);
        JsonNode json;
        try {
            json = JSON.readTree(Files.readString(file));
        } catch (NoSuchFileException e) {
            throw new UserException(directory + ": not an adapter's folder, it has no " + CONFIG, e);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JacksonException e) {
            throw new UserException(file + ": is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!json.path("peft_type").asString("").equals("LORA")) {
            throw new UserException(file + ": peft_type is " + json.path("peft_type") + "; only LORA is supported");
        }
        for (String key : MUST_BE_OFF) {
            if (isOn(json.path(key))) {
                throw new UserException(file + ": " + key + " is " + json.path(key) + ", which is not supported");
            }
        }
        if (!json.path("bias").asString("none").equals("none")) {
            throw new UserException(file + ": bias is " + json.path("bias") + "; only none is supported");
        }
        int rank = json.path("r").asInt(0);
        if (rank < 1) {
            throw new UserException(file + ": r is " + json.path("r") + "; a positive rank is needed");
        }
        return new LoraSettings(
                rank,
                json.path("lora_alpha").asDouble(8),
                json.path("lora_dropout").asDouble(0),
                json.path("use_rslora").asBoolean(false),
                json.path("use_dora").asBoolean(false),
                targets(json.path("target_modules"), file),
                strings(json.path("modules_to_save")));
    }

    private static boolean isOn(JsonNode value) {
        boolean off = value.isMissingNode()
                || value.isNull()
                || (value.isBoolean() && !value.asBoolean())
                || (value.isContainer() && value.isEmpty());
        return !off;
    }

    private static Targets targets(JsonNode json, Path file) {
        if (json.isString()) {
            return json.asString().equals("all-linear")
                    ? Targets.ALL_LINEAR
                    : new Targets(false, List.of(), Optional.of(json.asString()));
        }
        if (!json.isArray() || json.isEmpty()) {
            throw new UserException(file + ": target_modules is " + json + "; a list of names is needed");
        }
        return new Targets(false, strings(json), Optional.empty());
    }

    private static List<String> strings(JsonNode json) {
        List<String> values = new ArrayList<>();
        json.forEach(value -> values.add(value.asString()));
        return values;
    }

    /**
     * Writes adapter_config.json with every option that peft needs to load the adapter to the same arithmetic.
     *
     * @param baseModel where the base model is, as peft is to find it
     * @param adapted full names of the adapted projections
     */
    static void writeSettings(Path directory, LoraSettings settings, String baseModel, List<String> adapted) {
        ObjectNode json = JSON.createObjectNode();
        json.put("peft_type", "LORA");
        json.put("task_type", "CAUSAL_LM");
        json.put("base_model_name_or_path", baseModel);
        json.putNull("revision");
        json.put("r", settings.rank());
        if (settings.alpha() == Math.rint(settings.alpha())) {
            json.put("lora_alpha", (long) settings.alpha());
        } else {
            json.put("lora_alpha", settings.alpha());
        }
        json.put("lora_dropout", settings.dropout());
        json.put("bias", "none");
        json.put("use_rslora", settings.rankStabilized());
        json.put("use_dora", settings.dora());
        json.put("fan_in_fan_out", false);
        json.put("init_lora_weights", true);
        json.put("inference_mode", true);
        json.putObject("rank_pattern");
        json.putObject("alpha_pattern");
        TreeSet<String> names = new TreeSet<>();
        for (String module : adapted) {
            names.add(targetName(settings.targets(), module));
        }
        names.forEach(json.putArray("target_modules")::add);
        if (settings.modulesToSave().isEmpty()) {
            json.putNull("modules_to_save");
        } else {
            settings.modulesToSave().forEach(json.putArray("modules_to_save")::add);
        }
        AtomicFiles.writeString(directory.resolve(CONFIG), JSON.writeValueAsString(json) + "\n");
    }

    /** The name that found a module; the module's last name where all were taken, its full name where a pattern found it. */
    private static String targetName(Targets targets, String module) {
        if (targets.allLinear()) {
            return module.substring(module.lastIndexOf('.') + 1);
        }
        return targets.names().stream()
                .filter(name -> module.equals(name) || module.endsWith("." + name))
                .findFirst()
                .orElse(module);
    }
}
