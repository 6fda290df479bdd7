package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.adapter.LoraTargets;
import dev.newt.adapter.PeftFiles;
import dev.newt.adapter.PeftWeights;
import dev.newt.config.AdapterConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.TextOrList;
import dev.newt.io.UserException;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** The adapter that a configuration asks for: a fresh one, or that of {@code lora_model_dir}, which training goes on with. */
public final class PlannedAdapter {
    private static final String KEY = "lora_model_dir";

    private final LoadedConfig loaded;
    private final AdapterConfig adapter;

    private PlannedAdapter(LoadedConfig loaded) {
        this.loaded = loaded;
        this.adapter = loaded.config().adapter();
    }

    /**
     * Its settings; empty for full training. What the configuration does not say is as in the adapter that training goes on with.
     *
     * @throws UserException with the place in the file, where there is no such adapter
     */
    public static Optional<LoraSettings> settings(LoadedConfig loaded) {
        return new PlannedAdapter(loaded).settings();
    }

    /**
     * Refuses an adapter to go on with that is not what the configuration says, or not for this model. Reads the headers of its files alone.
     *
     * @throws UserException with the place in the file, and all differences
     */
    static void require(LoadedConfig loaded, ModelConfig model) {
        new PlannedAdapter(loaded).require(model);
    }

    /** The folder of the adapter to go on with. */
    public static Optional<Path> folder(LoadedConfig loaded) {
        return loaded.config().adapter().loraModelDir().map(loaded.paths()::find);
    }

    private Optional<LoraSettings> settings() {
        if (adapter.kind().isEmpty()) {
            return Optional.empty();
        }
        Optional<Path> folder = folder(loaded);
        return Optional.of(folder.isPresent() ? asked(found(folder.get())) : asked());
    }

    private LoraSettings asked() {
        return new LoraSettings(
                adapter.loraR().orElseThrow(),
                adapter.loraAlpha().orElseThrow(),
                adapter.loraDropout(),
                adapter.peftUseRslora(),
                adapter.peftUseDora(),
                targets(),
                adapter.loraModulesToSave());
    }

    private LoraSettings asked(LoraSettings found) {
        return new LoraSettings(
                adapter.loraR().orElse(found.rank()),
                adapter.loraAlpha().map(Integer::doubleValue).orElse(found.alpha()),
                loaded.states("lora_dropout") ? adapter.loraDropout() : found.dropout(),
                loaded.states("peft_use_rslora") ? adapter.peftUseRslora() : found.rankStabilized(),
                loaded.states("peft_use_dora") ? adapter.peftUseDora() : found.dora(),
                statesTargets() ? targets() : found.targets(),
                loaded.states("lora_modules_to_save") ? adapter.loraModulesToSave() : found.modulesToSave());
    }

    private boolean statesTargets() {
        return adapter.loraTargetLinear() || adapter.loraTargetModules().isPresent();
    }

    private Targets targets() {
        Optional<String> text = adapter.loraTargetModules().flatMap(TextOrList::text);
        boolean all = text.filter("all-linear"::equals).isPresent();
        return new Targets(
                adapter.loraTargetLinear() || all,
                adapter.loraTargetModules().flatMap(TextOrList::list).orElse(List.of()),
                all ? Optional.empty() : text);
    }

    private LoraSettings found(Path folder) {
        return named(() -> PeftFiles.readSettings(folder));
    }

    private void require(ModelConfig model) {
        Optional<Path> folder = folder(loaded).filter(unused -> adapter.kind().isPresent());
        if (folder.isEmpty()) {
            return;
        }
        LoraSettings found = found(folder.get());
        LoraSettings asked = asked(found);
        List<String> differences = new ArrayList<>();
        compare(differences, "lora_r", found.rank(), asked.rank());
        compare(differences, "lora_alpha", whole(found.alpha()), whole(asked.alpha()));
        compare(differences, "lora_dropout", found.dropout(), asked.dropout());
        compare(differences, "peft_use_dora", found.dora(), asked.dora());
        compare(differences, "peft_use_rslora", found.rankStabilized(), asked.rankStabilized());
        compare(differences, "lora_modules_to_save", found.modulesToSave(), asked.modulesToSave());
        if (!differences.isEmpty()) {
            throw loaded.error(
                    KEY,
                    KEY + ": the adapter in " + folder.get() + " has other settings than this configuration; set "
                            + String.join(", ", differences) + ", or leave these keys out");
        }
        List<String> projections = model.tensors().blockLinears().stream()
                .map(TensorSlot::moduleName)
                .distinct()
                .toList();
        Set<String> adapted = Set.copyOf(adapted(folder.get(), found, projections));
        if (!adapted.equals(Set.copyOf(LoraTargets.adapted(asked.targets(), projections)))) {
            throw loaded.error(
                    KEY,
                    KEY + ": the adapter in " + folder.get()
                            + " adapts other projections than this configuration; leave"
                            + " lora_target_linear and lora_target_modules out, or set lora_target_modules as"
                            + " target_modules of its adapter_config.json");
        }
        named(() -> {
            PeftWeights.require(folder.get(), found, model);
            return found;
        });
    }

    private List<String> adapted(Path folder, LoraSettings found, List<String> projections) {
        try {
            return LoraTargets.adapted(found.targets(), projections);
        } catch (UserException e) {
            throw loaded.error(KEY, KEY + ": the adapter in " + folder + " is not for this model: " + e.getMessage());
        }
    }

    private <T> T named(Supplier<T> part) {
        try {
            return part.get();
        } catch (UserException e) {
            throw loaded.error(KEY, KEY + ": " + e.getMessage());
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
