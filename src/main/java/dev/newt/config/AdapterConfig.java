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
 * @param loraModelDir folder of an adapter to go on from
 */
@CrossChecked
public record AdapterConfig(
        @Key("adapter") Optional<AdapterKind> kind,
        @Key("lora_r") Optional<@Min(1) Integer> loraR,
        @Key("lora_alpha") Optional<@Min(1) Integer> loraAlpha,
        @Key(value = "lora_dropout", byDefault = "0.0") @DecimalMin("0") @DecimalMax(value = "1", inclusive = false)
                Double loraDropout,
        @Key(value = "lora_target_linear", byDefault = "false") Boolean loraTargetLinear,
        @Key("lora_target_modules") Optional<TextOrList> loraTargetModules,
        @Key("lora_modules_to_save") List<String> loraModulesToSave,
        @Key(value = "peft_use_dora", byDefault = "false") Boolean peftUseDora,
        @Key(value = "peft_use_rslora", byDefault = "false") Boolean peftUseRslora,
        @Key("lora_model_dir") Optional<String> loraModelDir)
        implements CrossChecked.Rules {
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        boolean targets = loraTargetLinear || loraTargetModules.isPresent();
        if (kind.isPresent()) {
            if (loraR.isEmpty()) {
                findings.add(Finding.error("an adapter needs lora_r, its rank; 16 is usual", "adapter", "lora_r"));
            }
            if (loraAlpha.isEmpty()) {
                findings.add(Finding.error(
                        "an adapter needs lora_alpha, its scale; twice lora_r is usual", "adapter", "lora_alpha"));
            }
            if (!targets) {
                findings.add(Finding.error(
                        "an adapter needs its places: lora_target_linear: true for all linears, or lora_target_modules with a list",
                        "adapter",
                        "lora_target_linear",
                        "lora_target_modules"));
            }
        }
        if (kind.isEmpty()) {
            if (loraModelDir.isPresent()) {
                findings.add(Finding.error(
                        "lora_model_dir needs adapter: lora or qlora; without adapter all weights are trained",
                        "lora_model_dir",
                        "adapter"));
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
