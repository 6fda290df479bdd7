package dev.newt.plan;

import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.plan.ExecutionPlan.Lora;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** How much of an adapter one token meets: everything, but of experts' matrices those of the experts it is sent to. */
final class AdapterUse {
    private final ModelConfig model;
    private final Lora lora;

    AdapterUse(ModelConfig model, Lora lora) {
        this.model = model;
        this.lora = lora;
    }

    /** Adapted projections that a token goes through. */
    double projections() {
        return sum(slot -> slot.module().share());
    }

    /** Parameters of low-rank matrices that a token is multiplied with. */
    double parameters() {
        double all = sum(slot -> slot.shape().dim(0) + slot.shape().dim(1));
        double met = sum(slot -> (slot.shape().dim(0) + slot.shape().dim(1)) * slot.module().share());
        return lora.adapterParameters() * met / all;
    }

    private double sum(ToDoubleFunction<TensorSlot> value) {
        double sum = 0;
        for (Map.Entry<String, Integer> target : lora.targets().entrySet()) {
            List<TensorSlot> named = model.tensors().blockLinears().stream()
                    .filter(slot -> shortName(slot).equals(target.getKey()))
                    .toList();
            double mean = named.stream().mapToDouble(value).average().orElse(0);
            sum += target.getValue() * mean;
        }
        return sum;
    }

    private static String shortName(TensorSlot slot) {
        String module = slot.moduleName();
        return module.substring(module.lastIndexOf('.') + 1);
    }
}
