package dev.newt.plan;

import dev.newt.model.Block;
import dev.newt.model.DecoderSpec;
import dev.newt.model.FeedForward;
import dev.newt.model.Role;
import dev.newt.model.family.ModelConfig;
import dev.newt.optim.OptimizerSettings;
import dev.newt.plan.ExecutionPlan.Activations;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Compute;
import dev.newt.plan.ExecutionPlan.Lora;
import dev.newt.plan.ExecutionPlan.Memory;
import dev.newt.plan.ExecutionPlan.Method;
import dev.newt.tensor.DType;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The peak memory of a run, from shapes alone: what the tape keeps and what each operation takes beside it, at the three moments where the
 * most is held. Those are the output head, between forward and backward pass; the backward pass of the last block; and the end of the
 * backward pass, when all gradients are there. {@code docs/memory.md} holds it against measurements.
 */
final class MemoryEstimate {
    /** Of what is trained: weights, gradients and the optimizer's state are in 32 bits. */
    private static final int WIDE = 4;
    /** NF4 with doubly quantised scales: half a byte, an 8-bit scale for 64 elements, a 32-bit one for 64 * 256. */
    private static final double NF4_BYTES = 0.5 + 1.0 / 64 + 4.0 / (64 * 256);
    /** The head works on as many positions at once as give this many logits. */
    private static final long LOGITS_AT_ONCE = 1L << 22;
    /** Rows of a head's matrix that are converted at once. */
    private static final long HEAD_ROWS = 2048;
    /** Rows of queries times their group that attention takes at once. */
    private static final long QUERY_ROWS = 96;

    /** The driver's context and libraries on a graphics card. */
    private static final long DRIVER = 512L << 20;
    /** The JVM and libtorch, after the data were prepared; measured, here and below. */
    private static final long PROGRAM = 450L << 20;

    private static final long PROGRAM_WITH_ADAPTERS = 330L << 20;
    /** An adapter's small tensors stay among larger ones that are freed, and keep the C library from giving pages back. */
    private static final long HOLES_OF_ADAPTER = (17L << 20) / 10;
    /** Heap that is filled while weights are quantised. */
    private static final long QUANTISING = 180L << 20;

    private final DecoderSpec spec;
    private final ModelConfig model;
    private final Method method;
    private final Compute compute;
    private final Batch batch;
    private final Device device;
    private final boolean drawn;
    private final OptimizerSettings optimizer;
    private final boolean compared;
    private final long tokens;
    private final boolean full;
    /** Bytes of an element of a matrix product's operands, where they are converted first; else 0. */
    private final int converted;

    /**
     * @param drawn weights are drawn at random, no file is read
     * @param compared the objective compares with a reference: the model without its adapter, or a frozen copy
     */
    MemoryEstimate(
            ModelConfig model,
            Method method,
            Compute compute,
            Batch batch,
            Device device,
            boolean drawn,
            boolean compared,
            OptimizerSettings optimizer) {
        this.spec = model.spec();
        this.model = model;
        this.method = method;
        this.compute = compute;
        this.batch = batch;
        this.device = device;
        this.drawn = drawn;
        this.optimizer = optimizer;
        this.compared = compared;
        this.tokens = batch.microBatchTokens();
        this.full = method.lora().isEmpty();
        this.converted = compute.bytes() == WIDE || device.multipliesBf16() ? 0 : WIDE;
    }

    Memory memory() {
        Moment most = Stream.of(atHead(), inLastBlock(), atEnd())
                .max((a, b) -> Long.compare(a.sum(), b.sum()))
                .orElseThrow();
        long weights = weights();
        long reference = reference();
        long files = files();
        long adapters = method.lora()
                .map(lora -> lora.adapterParameters() * trainedBytes())
                .orElse(0L);
        long state = optimizer.stateBytes(method.trainedParameters());
        long runtime = runtime();
        return new Memory(
                weights,
                reference,
                files,
                adapters,
                most.gradients(),
                state,
                most.activations(),
                most.logits(),
                most.workspace(),
                runtime,
                weights + reference + files + adapters + state + runtime + most.sum(),
                new Activations(kept(false), kept(true)));
    }

    private long runtime() {
        if (!device.processor()) {
            return DRIVER;
        }
        long program = method.lora()
                .map(lora -> PROGRAM_WITH_ADAPTERS + (long) ((lora.dora() ? 2 : 1) * met(lora) * HOLES_OF_ADAPTER))
                .orElse(PROGRAM);
        return compute.baseNf4() ? program + QUANTISING : program;
    }

    /** Adapted projections that a token goes through. What is freed between an expert's small tensors is as much smaller as its share of the tokens. */
    private double met(Lora lora) {
        return new AdapterUse(model, lora).projections();
    }

    /** What is held beside weights and moments. */
    private record Moment(long gradients, long activations, long logits, long workspace) {
        long sum() {
            return gradients + activations + logits + workspace;
        }
    }

    private Moment atHead() {
        long elements = Math.min(tokens, Math.max(1, LOGITS_AT_ONCE / spec.vocabulary())) * spec.vocabulary();
        long chunk = elements / spec.vocabulary();
        long hidden = tokens * spec.hidden();
        long workspace = hidden * WIDE + chunk * spec.hidden() * (compute.bytes() + WIDE);
        if (converted > 0) {
            workspace += HEAD_ROWS * (spec.hidden() + chunk) * WIDE;
        }
        if (trainsHead()) {
            workspace += headBytes();
        }
        // Logits and their logarithms of probabilities.
        return new Moment(earlierGradients(), kept(compute.checkpointing()), 2 * elements * WIDE, workspace);
    }

    private Moment inLastBlock() {
        long layer = layerBytes() + spec.hidden() * tokens * compute.bytes();
        long activations = kept(compute.checkpointing()) + (compute.checkpointing() ? layer : 0);
        long gradients = batch.accumulation() > 1 ? allGradients() : trainsHead() ? headBytes() : 0;
        return new Moment(gradients, activations, 0, blockWorkspace());
    }

    /** The boundaries between blocks are kept to the very end. */
    private Moment atEnd() {
        long workspace = full && (batch.accumulation() > 1 || spec.tiedHead()) ? headBytes() : 0;
        long first = compute.checkpointing() ? layerBytes() : 0;
        return new Moment(allGradients(), boundaries() + first, 0, workspace + blockWorkspace());
    }

    private boolean trainsHead() {
        return full
                || method.lora().get().savedModules().stream()
                        .anyMatch(name -> name.endsWith(model.tensors().moduleName(Role.HEAD)));
    }

    private long headBytes() {
        return (long) spec.vocabulary() * spec.hidden() * WIDE;
    }

    private long allGradients() {
        return method.trainedParameters() * WIDE;
    }

    /** Of the micro batches before. */
    private long earlierGradients() {
        return batch.accumulation() > 1 ? allGradients() : 0;
    }

    /** Master values, and a copy in the compute type. */
    private long trainedBytes() {
        return compute.bytes() == WIDE ? WIDE : WIDE + compute.bytes();
    }

    private long weights() {
        if (full) {
            return model.tensors().parameters() * trainedBytes();
        }
        return frozen() + method.lora().get().savedParameters() * trainedBytes();
    }

    /** The base model, none of it trained. */
    private long frozen() {
        long quantised = quantised();
        long others = model.tensors().parameters() - quantised;
        return (long) Math.ceil(quantised * NF4_BYTES) + others * compute.bytes();
    }

    /** The frozen copy. Beside an adapter that trains whole modules it shares the mapped pages of the frozen base. */
    private long reference() {
        if (!keepsCopy()) {
            return 0;
        }
        boolean shared = !full && readAsStored() && !compute.baseNf4();
        return shared ? method.lora().get().savedParameters() * compute.bytes() : frozen();
    }

    private boolean keepsCopy() {
        return compared && (full || method.lora().get().savedParameters() > 0);
    }

    /** Whether a frozen weight is used as it lies in its file. */
    private boolean readAsStored() {
        DType stored = model.dtype().orElse(DType.F32);
        return device.processor() && !drawn && stored == (compute.bytes() == WIDE ? DType.F32 : DType.BF16);
    }

    /** Pages of the model's files that are still mapped after their content was converted. Quantising makes the JVM collect its mappings. */
    private long files() {
        if (!device.processor() || drawn) {
            return 0;
        }
        // A copy that is mapped holds the same pages.
        boolean mapped = readAsStored() && (!full || keepsCopy());
        DType stored = model.dtype().orElse(DType.F32);
        long kept = model.tensors().parameters() - quantised();
        return mapped ? 0 : kept * stored.bytes();
    }

    /** Elements in 4 bits. */
    private long quantised() {
        return model.tensors().all().stream()
                .filter(slot -> compute.baseNf4() && slot.isQuantised())
                .mapToLong(slot -> slot.shape().elements())
                .sum();
    }

    private long boundaries() {
        return (spec.layers() + 1) * tokens * spec.hidden() * compute.bytes();
    }

    /** What the forward pass leaves for the backward pass: the boundaries, the normed last one, and the blocks' own where not checkpointed. */
    private long kept(boolean checkpointing) {
        long last = tokens * spec.hidden() * compute.bytes();
        return boundaries()
                + last
                + tables()
                + (checkpointing
                        ? 0
                        : spec.blocks().stream().mapToLong(this::layerBytes).sum());
    }

    /** Rotary cosines and sines. */
    private long tables() {
        return IntStream.range(0, spec.layers())
                .mapToObj(layer -> spec.attention(layer).rotary())
                .distinct()
                .mapToLong(rotary -> tokens * rotary.dims() * WIDE)
                .sum();
    }

    /** The most that is kept of any one block. */
    private long layerBytes() {
        return spec.blocks().stream().mapToLong(this::layerBytes).max().orElseThrow();
    }

    /** Kept of one block, besides its input. Normed inputs and the input of the feed-forward's last projection are made again. */
    private long layerBytes(Block block) {
        long elements = block.keptElements(spec.hidden()) + ranks();
        return tokens * (elements * compute.bytes() + block.keptScalars() * WIDE);
    }

    private boolean readsInput(Role role) {
        return full
                || model.tensors().blockLinears().stream()
                        .filter(slot -> slot.role() == role)
                        .map(slot ->
                                slot.moduleName().substring(slot.moduleName().lastIndexOf('.') + 1))
                        .anyMatch(method.lora().get().targets()::containsKey);
    }

    private long ranks() {
        return method.lora()
                .map(lora -> (long) (lora.rank() * met(lora) / spec.layers()))
                .orElse(0L);
    }

    /** The most that one operation's backward holds beside what is kept: gradients, what is made again, converted operands. */
    private long blockWorkspace() {
        return spec.blocks().stream()
                .map(Block::feedForward)
                .distinct()
                .mapToLong(part -> Math.max(feedForward(part), attention()))
                .max()
                .orElseThrow();
    }

    private long feedForward(FeedForward part) {
        long rows = (long) Math.ceil(tokens * part.largestShare());
        long intermediate = part.intermediate();
        long results = part.keptResults() * intermediate;
        long hidden = spec.hidden();
        long again = readsInput(part.last()) ? intermediate : 0;
        long gated = rows * (results + intermediate + again + hidden) * compute.bytes();
        long down = rows * (hidden + intermediate + again) * compute.bytes() + product(rows, intermediate, hidden);
        long up = rows * (results + 4 * hidden) * compute.bytes() + product(rows, hidden, intermediate);
        return tokens * part.heldElements(spec.hidden()) * compute.bytes() + Math.max(gated, Math.max(down, up));
    }

    /** Operands and results of a projection's backward in the product type, its dense weight, and its weight's gradient. */
    private long product(long rows, long in, long out) {
        long weight = in * out;
        long bytes = rows * (2 * in + out) * converted + weight * converted;
        if (compute.baseNf4()) {
            bytes += weight * compute.bytes();
        }
        if (full) {
            bytes += weight * (compute.bytes() == WIDE ? WIDE : WIDE + compute.bytes());
        }
        Lora lora = method.lora().orElse(null);
        if (lora != null && lora.dropout() > 0) {
            bytes += rows * in * (1 + Math.max(converted, compute.bytes()));
        }
        if (lora != null && lora.dora()) {
            bytes += 2 * rows * out * Math.max(converted, compute.bytes());
        }
        return bytes;
    }

    /** One segment's queries, keys, values and their gradients in 32 bits, a block of scores, and the gradients in the compute type. */
    private long attention() {
        long query = spec.attention(0).queryWidth();
        long key = spec.attention(0).keyWidth();
        long gradients = tokens * (query + 2 * key + query + spec.hidden()) * compute.bytes();
        long segment = batch.sequenceLen() * (3 * query + 4 * key) * WIDE;
        long scores = 4 * spec.attention(0).heads().kvHeads() * QUERY_ROWS * batch.sequenceLen() * WIDE;
        return gradients + segment + scores;
    }
}
