package dev.newt.config;

import dev.newt.config.yaml.Problem;
import jakarta.validation.constraints.Positive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Training on preferences.
 *
 * @param rl the objective; empty for supervised training
 * @param rlBeta how much a departure from the reference counts
 */
public record PreferenceConfig(
        @Key(
                        value = "rl",
                        description =
                                "Trains on pairs of a chosen and a rejected answer; unset, on answers as they are.",
                        example = "dpo")
                Optional<RlName> rl,
        @Key(
                        value = "rl_beta",
                        description = "How much a departure from the reference model counts; unset, 0.1.",
                        example = "0.1")
                Optional<@Positive Double> rlBeta) {
    /** What the keys of other subjects may not say beside these. */
    List<Finding> findings(NewtConfig config) {
        List<Finding> findings = new ArrayList<>();
        if (rlBeta.isPresent() && rl.isEmpty()) {
            findings.add(Finding.error("rl_beta belongs to rl: dpo; add that, or remove rl_beta", "rl_beta", "rl"));
        }
        rl.ifPresent(name -> findings.addAll(excluded("rl: " + name.text(), config)));
        findings.addAll(rows("datasets", config.data().datasets()));
        findings.addAll(rows("test_datasets", config.data().testDatasets()));
        return findings;
    }

    private static List<Finding> excluded(String rl, NewtConfig config) {
        List<Finding> findings = new ArrayList<>();
        if (config.data().trainOnInputs()) {
            findings.add(Finding.error(
                            "train_on_inputs asks for prompts to be trained, and " + rl
                                    + " trains answers alone; leave it out",
                            "train_on_inputs",
                            "rl")
                    .because("the prompt of a pair is the same for both answers"));
        }
        if (config.trainsOnText()) {
            findings.add(Finding.error(
                    rl + " needs pairs of answers; list them under datasets instead of pretraining_dataset",
                    "pretraining_dataset",
                    "rl"));
        }
        if (config.model().reinitWeights()) {
            findings.add(Finding.error(
                            rl + " compares with the model before training, and reinit_weights draws that at random;"
                                    + " leave reinit_weights out",
                            "reinit_weights",
                            "rl")
                    .because("a model that knows nothing is no reference"));
        }
        if (config.adapter().loraModelDir().isPresent()) {
            findings.add(new Finding(
                    Problem.Severity.WARNING,
                    "the reference of " + rl
                            + " is base_model without the adapter of lora_model_dir; to compare with the"
                            + " model as that adapter made it, merge it first (merge-lora) and train a new one",
                    List.of("lora_model_dir", "rl"),
                    Optional.empty()));
        }
        return findings;
    }

    private List<Finding> rows(String key, List<DatasetConfig> sets) {
        List<Finding> findings = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            String path = key + "[" + i + "]";
            DatasetConfig set = sets.get(i);
            Optional<String> name = set.type().flatMap(DatasetType::name);
            name.flatMap(type -> PromptTypes.objection(type, rl))
                    .ifPresent(objection -> findings.add(Finding.error(path + ": " + objection, path + ".type", "rl")));
            set.type().flatMap(DatasetType::format).ifPresent(format -> findings.addAll(mapping(path, format)));
            findings.addAll(answerFields(path, set, name.orElse("")));
        }
        return findings;
    }

    /** The keys of a mapping are of one kind. */
    private List<Finding> mapping(String path, PromptFormat format) {
        Map<String, Optional<?>> others = new TreeMap<>(rl.isPresent() ? format.supervisedKeys() : format.pairKeys());
        String right = rl.isPresent()
                ? "the mapping of a pair takes field_system, field_prompt, field_chosen, field_rejected, prompt_format,"
                        + " chosen_format and rejected_format"
                : "it is of pairs; add rl: dpo, or write field_instruction, field_output and format";
        return others.entrySet().stream()
                .filter(key -> key.getValue().isPresent())
                .map(key -> Finding.error(
                        path + ".type: " + key.getKey() + " has nothing to act on; " + right,
                        path + ".type." + key.getKey(),
                        "rl"))
                .toList();
    }

    /** Types with a chat template read the answers where these keys say; the others know their fields. */
    private List<Finding> answerFields(String path, DatasetConfig set, String type) {
        Map<String, Optional<String>> fields =
                new TreeMap<>(Map.of("field_chosen", set.fieldChosen(), "field_rejected", set.fieldRejected()));
        boolean read = rl.isPresent() && (type.contains("chat_template"));
        return fields.entrySet().stream()
                .filter(field -> field.getValue().isPresent() && !read)
                .map(field -> Finding.error(
                        path + ": " + field.getKey() + " is read with rl: dpo and a type with a chat template alone; "
                                + (rl.isPresent()
                                        ? "write it in a mapping under type, or remove it"
                                        : "add rl: dpo, or remove it"),
                        path + "." + field.getKey(),
                        "rl"))
                .toList();
    }
}
