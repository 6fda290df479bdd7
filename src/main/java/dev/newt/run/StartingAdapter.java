package dev.newt.run;

import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraTargets;
import dev.newt.adapter.PeftFiles;
import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The adapter of {@code lora_model_dir}, which training goes on with. */
final class StartingAdapter {
    private static final String KEY = "lora_model_dir";

    private StartingAdapter() {}

    /**
     * Refuses an adapter that is not what the configuration's other keys say: plan and checkpoints speak of those.
     *
     * @throws UserException with every difference
     */
    static void requireAsConfigured(LoadedConfig loaded, Path directory, LoraSettings asked, ModelConfig model) {
        LoraSettings found = PeftFiles.readSettings(directory);
        List<String> differences = new ArrayList<>();
        compare(differences, "lora_r", found.rank(), asked.rank());
        compare(differences, "lora_alpha", found.alpha(), asked.alpha());
        compare(differences, "lora_dropout", found.dropout(), asked.dropout());
        compare(differences, "peft_use_dora", found.dora(), asked.dora());
        compare(differences, "peft_use_rslora", found.rankStabilized(), asked.rankStabilized());
        compare(differences, "lora_modules_to_save", found.modulesToSave(), asked.modulesToSave());
        if (!differences.isEmpty()) {
            throw loaded.error(
                    KEY,
                    KEY + ": the adapter in " + directory + " has other settings than this configuration; set "
                            + String.join(", ", differences));
        }
        List<String> projections = model.tensors().blockLinears().stream()
                .map(TensorSlot::moduleName)
                .distinct()
                .toList();
        Set<String> adapted = Set.copyOf(adapted(loaded, directory, found, projections));
        if (!adapted.equals(Set.copyOf(LoraTargets.adapted(asked.targets(), projections)))) {
            throw loaded.error(
                    KEY,
                    KEY + ": the adapter in " + directory
                            + " adapts other projections than this configuration; set lora_target_modules as target_modules"
                            + " of its adapter_config.json, without lora_target_linear");
        }
    }

    private static List<String> adapted(
            LoadedConfig loaded, Path directory, LoraSettings found, List<String> projections) {
        try {
            return LoraTargets.adapted(found.targets(), projections);
        } catch (UserException e) {
            throw loaded.error(
                    KEY, KEY + ": the adapter in " + directory + " is not for this model: " + e.getMessage());
        }
    }

    private static void compare(List<String> differences, String key, Object found, Object asked) {
        if (!found.equals(asked)) {
            differences.add(key + ": " + found + " instead of " + asked);
        }
    }
}
