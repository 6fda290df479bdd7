package dev.newt.plan;

import dev.newt.model.DecoderSpec;
import dev.newt.model.family.ModelConfig;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.plan.ExecutionPlan.Work;

/** Floating point operations of a step, from shapes alone. */
final class WorkEstimate {
    private WorkEstimate() {}

    /** @param compared whether a reference answers too */
    static Work of(ModelConfig model, Method method, Compute compute, Batch batch, boolean compared) {
        DecoderSpec spec = model.spec();
        double projections = model.tensors().blockLinears().stream()
                .mapToDouble(slot -> slot.shape().elements() * slot.module().share())
                .sum();
        double tokens = batch.tokensPerStep();
        double blocks = 2 * tokens * projections;
        // Queries with keys and weights with values, each over half of the square, since attention is causal.
        double attention =
                2.0 * tokens * batch.sequenceLen() * spec.attention(0).queryWidth() * spec.layers();
        double head = 2 * tokens * spec.vocabulary() * spec.hidden();
        double adapters = method.lora()
                .map(lora -> 2 * tokens * new AdapterUse(model, lora).parameters())
                .orElse(0.0);
        double forward = blocks + attention + head + adapters;
        // Gradients of inputs everywhere, of weights where they are trained.
        double backward = method.lora().isEmpty() ? 2 * forward : blocks + 2 * attention + head + 2 * adapters;
        double again = compute.checkpointing() ? blocks + attention + adapters : 0;
        double reference = compared ? blocks + attention + head : 0;
        return new Work(forward, reference, backward, again, forward + reference + backward + again);
    }
}
