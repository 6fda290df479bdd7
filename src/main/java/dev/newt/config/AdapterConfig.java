package dev.newt.config;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What is trained: an adapter, or all weights where {@code adapter} is unset.
 *
 * @param loraR rank
 * @param loraAlpha scale: the branch is multiplied by alpha / r, or by alpha / sqrt(r) with rsLoRA
 * @param loraDropout of the branch's input
 * @param loraTargetLinear every linear of the decoder, the head excepted; together with {@code lora_target_modules} if both are set
 * @param loraTargetModules a list of names as PEFT matches them, at the end of a module's path; or one regular expression for the whole
 *     path
 * @param loraModulesToSave modules trained in full beside the adapter
 * @param loraModelDir folder of an adapter to go on from; what the other keys leave unset is as in its adapter_config.json
 */
@CrossChecked
public record AdapterConfig(
        @Key(
                        value = "adapter",
                        description =
                                "Trains a low-rank adapter beside frozen weights; unset, all weights are trained.",
                        example = "lora")
                Optional<AdapterKind> kind,
        @Key(value = "lora_r", description = "Rank of the adapter.", example = "16") Optional<@Min(1) Integer> loraR,
        @Key(
                        value = "lora_alpha",
                        description = "Scale of the adapter: its output is multiplied by lora_alpha / lora_r.",
                        example = "32")
                Optional<@Min(1) Integer> loraAlpha,
        @Key(
                        value = "lora_dropout",
                        byDefault = "0.0",
                        description = "Share of the adapter's inputs that is dropped in training.",
                        example = "0.05")
                @DecimalMin("0")
                @DecimalMax(value = "1", inclusive = false)
                Double loraDropout,
        @Key(
                        value = "lora_target_linear",
                        byDefault = "false",
                        description = "Adapts every linear layer of the decoder, except the head.")
                Boolean loraTargetLinear,
        @Key(
                        value = "lora_target_modules",
                        description =
                                "Modules to adapt: a list of names, one regular expression for whole module paths, or all-linear.",
                        example = "[q_proj, v_proj]")
                Optional<TextOrList> loraTargetModules,
        @Key(
                        value = "lora_modules_to_save",
                        description = "Modules that are trained in full beside the adapter and saved with it.",
                        example = "[embed_tokens, lm_head]")
                List<String> loraModulesToSave,
        @Key(
                        value = "peft_use_dora",
                        byDefault = "false",
                        description = "Splits each adapted weight into direction and magnitude and trains both (DoRA).")
                Boolean peftUseDora,
        @Key(
                        value = "peft_use_rslora",
                        byDefault = "false",
                        description =
                                "Scales the adapter by lora_alpha / sqrt(lora_r), which suits high ranks (rsLoRA).")
                Boolean peftUseRslora,
        @Key(
                        value = "lora_model_dir",
                        description =
                                "Folder of an adapter to go on training from; it also gives rank, scale, dropout and places where these keys do not.",
                        example = "./outputs/first-run")
                Optional<String> loraModelDir)
        implements CrossChecked.Rules {
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        boolean targets = loraTargetLinear || loraTargetModules.isPresent();
        // An adapter to go on from brings its own.
        if (kind.isPresent() && loraModelDir.isEmpty()) {
            if (loraR.isEmpty()) {
                findings.add(
                        Finding.error("an adapter needs lora_r, its rank; 16 is usual", "adapter", "lora_r")
                                .because(
                                        "the rank decides how much an adapter can learn and what it costs, so it is not guessed"));
            }
            if (loraAlpha.isEmpty()) {
                findings.add(Finding.error(
                                "an adapter needs lora_alpha, its scale; twice lora_r is usual",
                                "adapter",
                                "lora_alpha")
                        .because("the scale belongs to the rank and the learning rate, so it is not guessed"));
            }
            if (!targets) {
                findings.add(Finding.error(
                                "an adapter needs its places: lora_target_linear: true for all linears, or lora_target_modules with a list",
                                "adapter",
                                "lora_target_linear",
                                "lora_target_modules")
                        .because("nothing would be trained without a place"));
            }
        }
        if (kind.isEmpty()) {
            if (loraModelDir.isPresent()) {
                findings.add(Finding.error(
                                "lora_model_dir needs adapter: lora or qlora; without adapter all weights are trained",
                                "lora_model_dir",
                                "adapter")
                        .because("an adapter can only be trained on as an adapter"));
            }
            if (loraR.isPresent() || loraAlpha.isPresent() || targets) {
                findings.add(Finding.warning(
                        "the lora_ keys have no effect without adapter: all weights are trained; set adapter: lora to train an adapter",
                        "lora_r",
                        "lora_alpha",
                        "lora_target_linear",
                        "lora_target_modules"));
            }
        }
        loraTargetModules.flatMap(TextOrList::text).ifPresent(expression -> {
            try {
                Pattern.compile(expression);
            } catch (PatternSyntaxException e) {
                findings.add(Finding.error(
                        "lora_target_modules is not a regular expression: " + e.getDescription() + " at character "
                                + (e.getIndex() + 1)
                                + "; write one that matches whole module paths, or a list of names",
                        "lora_target_modules"));
            }
        });
        return findings;
    }
}
