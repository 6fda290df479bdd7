package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraTargets;
import dev.newt.adapter.PeftFiles;
import dev.newt.adapter.PeftWeights;
import dev.newt.io.UserException;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.plan.RunSettings.Places;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Looks whether the adapter that training goes on from is the one that the settings describe. */
final class StartingAdapter {
    private static final String KEY = "lora_model_dir";

    private final Path folder;
    private final LoraSettings asked;
    private final Places places;

    private StartingAdapter(Path folder, LoraSettings asked, Places places) {
        this.folder = folder;
        this.asked = asked;
        this.places = places;
    }

    /**
     * Refuses an adapter to go on from that is not what the settings say, or not for this model. Reads the headers of its files alone; a fresh
     * adapter needs none.
     *
     * @throws UserException with its place, and all differences
     */
    static void require(RunSettings.Adapter adapter, ModelConfig model, Places places) {
        adapter.startFolder().ifPresent(folder -> new StartingAdapter(folder, adapter.lora(), places).require(model));
    }

    private void require(ModelConfig model) {
        LoraSettings found = named(() -> PeftFiles.readSettings(folder));
        List<String> differences = new ArrayList<>();
        compare(differences, "lora_r", found.rank(), asked.rank());
        compare(differences, "lora_alpha", whole(found.alpha()), whole(asked.alpha()));
        compare(differences, "lora_dropout", found.dropout(), asked.dropout());
        compare(differences, "peft_use_dora", found.dora(), asked.dora());
        compare(differences, "peft_use_rslora", found.rankStabilized(), asked.rankStabilized());
        compare(differences, "lora_modules_to_save", found.modulesToSave(), asked.modulesToSave());
        if (!differences.isEmpty()) {
            throw places.error(
                    KEY,
                    KEY + ": the adapter in " + folder + " has other settings than this configuration; set "
                            + String.join(", ", differences) + ", or leave these keys out");
        }
        List<String> projections = model.tensors().blockLinears().stream()
                .map(TensorSlot::moduleName)
                .distinct()
                .toList();
        Set<String> adapted = Set.copyOf(adapted(found, projections));
        if (!adapted.equals(Set.copyOf(LoraTargets.adapted(asked.targets(), projections)))) {
            throw places.error(
                    KEY,
                    KEY + ": the adapter in " + folder
                            + " adapts other projections than this configuration; leave"
                            + " lora_target_linear and lora_target_modules out, or set lora_target_modules as"
                            + " target_modules of its adapter_config.json");
        }
        named(() -> {
            PeftWeights.require(folder, found, model);
            return found;
        });
    }

    private List<String> adapted(LoraSettings found, List<String> projections) {
        try {
            return LoraTargets.adapted(found.targets(), projections);
        } catch (UserException e) {
            throw places.error(KEY, KEY + ": the adapter in " + folder + " is not for this model: " + e.getMessage());
        }
    }

    private <T> T named(Supplier<T> part) {
        try {
            return part.get();
        } catch (UserException e) {
            throw places.error(KEY, KEY + ": " + e.getMessage());
        }
    }

    /** Without a point where it says nothing. */
    private static Object whole(double value) {
        return value == Math.rint(value) ? (Object) (long) value : (Object) value;
    }

    private static void compare(List<String> differences, String key, Object found, Object asked) {
        if (!found.equals(asked)) {
            differences.add(key + ": " + found + " instead of " + asked);
        }
    }
}
