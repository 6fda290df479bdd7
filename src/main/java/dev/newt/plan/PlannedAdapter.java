package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraSettings.Targets;
import dev.newt.adapter.PeftFiles;
import dev.newt.config.AdapterConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.TextOrList;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

    private <T> T named(Supplier<T> part) {
        try {
            return part.get();
        } catch (UserException e) {
            throw loaded.error(KEY, KEY + ": " + e.getMessage());
        }
    }
}
