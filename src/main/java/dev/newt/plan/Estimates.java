package dev.newt.plan;

import dev.newt.model.DecoderSpec;
import dev.newt.model.family.ModelConfig;
import dev.newt.model.family.TensorSlot;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Lora;
import dev.newt.plan.ExecutionPlan.Memory;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.plan.ExecutionPlan.Work;

/** Memory and work of a step, from shapes alone. */
final class Estimates {
    /** Of what is trained: weights, gradients and each of AdamW's two moments are in 32 bits. */
    private static final int TRAINED_BYTES = 4;
    /** NF4 with doubly quantised scales: half a byte, an 8-bit scale for 64 elements, a 32-bit one for 64 * 256. */
    private static final double NF4_BYTES = 0.5 + 1.0 / 64 + 4.0 / (64 * 256);
    /** The head works on as many positions at once as give this many logits, and holds them and their gradient. */
    private static final long LOGITS_AT_ONCE = 1L << 22;
    /** Measured without a model. */
    private static final long RUNTIME = 512L << 20;

    private final DecoderSpec spec;
    private final ModelConfig model;
    private final Method method;
    private final Compute compute;
    private final Batch batch;
    private final long projections;

    Estimates(ModelConfig model, Method method, Compute compute, Batch batch) {
        this.spec = model.spec();
        this.model = model;
        this.method = method;
        this.compute = compute;
        this.batch = batch;
        this.projections = model.tensors().blockLinears().stream()
                .mapToLong(slot -> slot.shape().elements())
                .sum();
    }

    Memory memory() {
        long tokens = (long) batch.microBatchSize() * batch.sequenceLen();
        long layer = tokens * activationsPerToken() * compute.bytes();
        long boundary = tokens * spec.hidden() * compute.bytes();
        // Before the blocks, before and after the last norm.
        long ends = 3 * boundary;
        long activations = ends + (compute.checkpointing() ? spec.layers() * boundary + layer : spec.layers() * layer);
        long positions = Math.min(tokens, Math.max(1, LOGITS_AT_ONCE / spec.vocabulary()));
        long logits = 2 * positions * spec.vocabulary() * 4L;
        long workspace = layer + (compute.baseNf4() ? largestProjection() * compute.bytes() : 0);

        long adapters = method.lora().map(Lora::adapterParameters).orElse(0L) * TRAINED_BYTES;
        long gradients = method.trainedParameters() * TRAINED_BYTES;
        long moments = 2 * gradients;
        long weights = weights();
        long total = weights + adapters + gradients + moments + activations + logits + workspace + RUNTIME;
        return new Memory(weights, adapters, gradients, moments, activations, logits, workspace, RUNTIME, total);
    }

    private long weights() {
        if (method.lora().isEmpty()) {
            return model.tensors().parameters() * TRAINED_BYTES;
        }
        long others = model.tensors().parameters() - projections;
        double frozen = compute.baseNf4() ? projections * NF4_BYTES : (double) projections * compute.bytes();
        long saved = method.lora().get().savedParameters() * TRAINED_BYTES;
        return (long) Math.ceil(frozen) + others * compute.bytes() + saved;
    }

    /**
     * Elements kept of one layer for each token: the inputs of both norms and of every projection, queries, keys and values, the output of
     * the attention, gate, up and their product.
     */
    private long activationsPerToken() {
        long inner = method.lora().isEmpty() ? 0 : innerWidths();
        return 4L * spec.hidden()
                + 2L * spec.attention().queryWidth()
                + 2L * spec.attention().keyWidth()
                + 3L * spec.feedForward().intermediate()
                + inner;
    }

    private long innerWidths() {
        Lora lora = method.lora().get();
        int targets =
                lora.targets().values().stream().mapToInt(Integer::intValue).sum();
        return (long) lora.rank() * targets / spec.layers();
    }

    private long largestProjection() {
        return model.tensors().blockLinears().stream()
                .map(TensorSlot::shape)
                .mapToLong(shape -> shape.elements())
                .max()
                .orElse(0);
    }

    Work work() {
        double tokens = batch.tokensPerStep();
        double blocks = 2 * tokens * projections;
        // Queries with keys and weights with values, each over half of the square, since attention is causal.
        double attention = 2.0 * tokens * batch.sequenceLen() * spec.attention().queryWidth() * spec.layers();
        double head = 2 * tokens * spec.vocabulary() * spec.hidden();
        double adapters =
                method.lora().map(lora -> 2 * tokens * lora.adapterParameters()).orElse(0.0);
        double forward = blocks + attention + head + adapters;
        // Gradients of inputs everywhere, of weights where they are trained.
        double backward = method.lora().isEmpty() ? 2 * forward : blocks + 2 * attention + head + 2 * adapters;
        double again = compute.checkpointing() ? blocks + attention + adapters : 0;
        return new Work(forward, backward, again, forward + backward + again);
    }
}
