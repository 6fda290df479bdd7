package dev.newt.plan;

import dev.newt.adapter.LoraSettings;
import dev.newt.adapter.LoraTargets;
import dev.newt.io.UserException;
import dev.newt.model.Role;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.plan.ExecutionPlan.Lora;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.plan.RunSettings.Places;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is trained of a model: all of it, or which adapters on which projections. */
final class PlannedMethod {
    private final ModelConfig model;
    private final Places places;

    private PlannedMethod(ModelConfig model, Places places) {
        this.model = model;
        this.places = places;
    }

    /**
     * @param lora empty where all weights are trained
     * @param baseNf4 whether the frozen projections are kept in NF4
     * @throws UserException with its place, where the settings name modules that the model does not have
     */
    static Method of(ModelConfig model, Optional<LoraSettings> lora, boolean baseNf4, Places places) {
        return lora.map(settings -> new PlannedMethod(model, places).adapted(settings, baseNf4))
                .orElseGet(() -> new Method("full", model.tensors().parameters(), Optional.empty()));
    }

    private Method adapted(LoraSettings lora, boolean baseNf4) {
        Map<String, TensorSlot> projections = model.tensors().blockLinears().stream()
                .collect(
                        Collectors.toMap(TensorSlot::moduleName, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        List<String> adapted =
                named("lora_target_modules", () -> LoraTargets.adapted(lora.targets(), projections.keySet()));
        Map<String, Long> modules = modules();
        List<String> saved = named(
                "lora_modules_to_save",
                () -> LoraTargets.saved(lora.modulesToSave(), modules.keySet(), Set.copyOf(adapted)));

        long adapters = 0;
        Map<String, Integer> targets = new TreeMap<>();
        for (String name : adapted) {
            long out = projections.get(name).shape().dim(0);
            long in = projections.get(name).shape().dim(1);
            adapters += lora.rank() * (in + out) + (lora.dora() ? out : 0);
            targets.merge(name.substring(name.lastIndexOf('.') + 1), 1, Integer::sum);
        }
        long full = saved.stream().mapToLong(modules::get).sum();
        return new Method(
                baseNf4 ? "qlora" : "lora",
                adapters + full,
                Optional.of(new Lora(
                        lora.rank(),
                        (int) Math.round(lora.alpha()),
                        lora.scale(),
                        lora.dropout(),
                        lora.dora(),
                        lora.rankStabilized(),
                        targets,
                        adapters,
                        saved,
                        full)));
    }

    /** The elements of each module's weights. */
    private Map<String, Long> modules() {
        Map<String, Long> modules = new LinkedHashMap<>();
        model.tensors()
                .all()
                .forEach(slot -> modules.merge(slot.moduleName(), slot.shape().elements(), Long::sum));
        if (model.spec().tiedHead()) {
            // peft trains a copy of its own for the head.
            modules.put(
                    model.tensors().moduleName(Role.HEAD),
                    (long) model.spec().vocabulary() * model.spec().hidden());
        }
        return modules;
    }

    /** Gives the message of a rule that knows no files its place. */
    private <T> T named(String key, Supplier<T> rule) {
        try {
            return rule.get();
        } catch (UserException e) {
            throw places.error(key, e.getMessage());
        }
    }
}
