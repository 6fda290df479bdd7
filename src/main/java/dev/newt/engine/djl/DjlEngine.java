package dev.newt.engine.djl;

import ai.djl.pytorch.jni.TorchHandles;
import dev.newt.tensor.Activation;
import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.DType;
import dev.newt.tensor.DoraTensors;
import dev.newt.tensor.Engine;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.LowRankTensors;
import dev.newt.tensor.Nf4Tensors;
import dev.newt.tensor.RoutingSpec;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Shape;
import dev.newt.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** The CPU's engine, on libtorch. Arguments of wrong type or shape throw IllegalArgumentException, closed ones IllegalStateException. */
public final class DjlEngine implements Engine {
    private static final List<String> SOURCES = List.of(
            "/kernels/torch/memory.py",
            "/kernels/torch/linear.py",
            "/kernels/torch/nf4.py",
            "/kernels/torch/block.py",
            "/kernels/torch/experts.py",
            "/kernels/torch/attention.py",
            "/kernels/torch/head.py",
            "/kernels/torch/optimizer.py");

    private final Kernels kernels;
    private final TorchMemory memory;
    private final LinearOps linear;
    private final Nf4Ops nf4;
    private final BlockOps block;
    private final ExpertOps experts;
    private final AttentionOps attention;
    private final HeadOps head;

    private DjlEngine(CpuThreads threads) {
        kernels = new Kernels(TorchScriptArchive.ofResources(SOURCES), threads);
        memory = new TorchMemory(kernels);
        linear = new LinearOps(memory);
        nf4 = new Nf4Ops(memory);
        block = new BlockOps(memory);
        experts = new ExpertOps(memory);
        attention = new AttentionOps(memory);
        head = new HeadOps(memory);
    }

    /**
     * With as many threads as the container may use, or as NEWT_THREADS says.
     *
     * @throws dev.newt.io.UserException where NEWT_THREADS or NEWT_WAIT cannot be understood
     */
    public static DjlEngine create() {
        return new DjlEngine(CpuThreads.of(System.getenv()));
    }

    /** Loads libtorch, which {@link #create} would do: half a second that can pass beside other work. */
    public static void loadLibrary() {
        Kernels.loadLibrary(CpuThreads.of(System.getenv()));
    }

    /** @param threads that one operation may use */
    public static DjlEngine create(int threads) {
        Check.that(threads > 0, "an engine of " + threads + " threads");
        return new DjlEngine(new CpuThreads(
                Optional.of(threads), CpuThreads.of(System.getenv()).waiting()));
    }

    @Override
    public String description() {
        return "libtorch " + TorchHandles.version() + ", CPU, " + kernels.threads()
                + (kernels.threads() == 1 ? " thread" : " threads");
    }

    @Override
    public long allocatedBytes() {
        return memory.allocated();
    }

    @Override
    public long peakBytes() {
        return memory.peak();
    }

    @Override
    public void close() {
        nf4.close();
        kernels.close();
    }

    // Memory

    @Override
    public Tensor zeros(DType dtype, Shape shape) {
        return memory.tensor(dtype, shape, "zeros", dtype, shape);
    }

    @Override
    public Tensor upload(ByteBuffer elements, DType dtype, Shape shape) {
        return memory.upload(elements, dtype, shape);
    }

    @Override
    public Tensor map(ByteBuffer elements, DType dtype, Shape shape) {
        return memory.map(elements, dtype, shape);
    }

    @Override
    public Tensor upload(float[] values, Shape shape) {
        Check.that(values.length == shape.elements(), values.length + " values for " + shape);
        TorchTensor tensor = memory.empty(DType.F32, shape);
        memory.contents(tensor).asFloatBuffer().put(values);
        return tensor;
    }

    /** I64, as ids and positions are. */
    @Override
    public Tensor upload(int[] values) {
        TorchTensor tensor = memory.empty(DType.I64, Shape.of(values.length));
        ByteBuffer contents = memory.contents(tensor);
        for (int i = 0; i < values.length; i++) {
            contents.putLong(i * Long.BYTES, values[i]);
        }
        return tensor;
    }

    @Override
    public ByteBuffer download(Tensor tensor) {
        return memory.contents(memory.own(tensor)).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public float[] downloadFloats(Tensor tensor) {
        TorchTensor own = memory.own(tensor);
        Check.floating("the tensor", own);
        float[] values = new float[Math.toIntExact(tensor.shape().elements())];
        if (tensor.dtype() == DType.F32) {
            memory.contents(own).asFloatBuffer().get(values);
        } else {
            try (TorchTensor wide = cast(own, DType.F32)) {
                memory.contents(wide).asFloatBuffer().get(values);
            }
        }
        return values;
    }

    @Override
    public TorchTensor cast(Tensor tensor, DType dtype) {
        return memory.tensor(dtype, tensor.shape(), "cast", memory.own(tensor), dtype);
    }

    @Override
    public void copyInto(Tensor source, Tensor target) {
        TorchTensor ownTarget = memory.target(target);
        Check.shape("source", memory.own(source), target.shape().toArray());
        kernels.run("copy_into", memory.own(source), ownTarget);
    }

    @Override
    public Tensor reshape(Tensor tensor, Shape shape) {
        TorchTensor own = memory.own(tensor);
        Check.that(shape.elements() == tensor.shape().elements(), own + " has not the elements of " + shape);
        return memory.reshape(own, shape);
    }

    @Override
    public Tensor rows(Tensor tensor, long start, long end) {
        TorchTensor own = memory.own(tensor);
        Check.that(tensor.shape().rank() > 0, "a scalar has no rows");
        Check.that(
                0 <= start && start <= end && end <= tensor.shape().dim(0),
                "rows " + start + " to " + end + " of " + own);
        long[] dims = tensor.shape().toArray();
        dims[0] = end - start;
        return memory.tensor(tensor.dtype(), Shape.of(dims), "rows", own, start, end);
    }

    // Elementwise

    @Override
    public Tensor add(Tensor a, Tensor b) {
        TorchTensor ownA = memory.own(a);
        TorchTensor ownB = memory.own(b);
        Check.floating("a", ownA);
        Check.dtype("b", ownB, a.dtype());
        Check.shape("b", ownB, a.shape().toArray());
        return memory.tensor(a.dtype(), a.shape(), "add", ownA, ownB);
    }

    @Override
    public void addInto(Tensor source, Tensor target) {
        TorchTensor ownTarget = memory.target(target);
        TorchTensor ownSource = memory.own(source);
        Check.floating("target", ownTarget);
        Check.floating("source", ownSource);
        Check.shape("source", ownSource, target.shape().toArray());
        kernels.run("add_into", ownSource, ownTarget);
    }

    @Override
    public void scale(List<Tensor> tensors, double factor) {
        List<TorchTensor> own = tensors.stream().map(memory::target).toList();
        own.forEach(tensor -> Check.floating("a tensor", tensor));
        if (!own.isEmpty()) {
            kernels.run("scale", own, factor);
        }
    }

    @Override
    public Tensor scaled(Tensor tensor, double factor) {
        TorchTensor own = memory.own(tensor);
        Check.floating("the tensor", own);
        return memory.tensor(tensor.dtype(), tensor.shape(), "scaled", own, factor);
    }

    @Override
    public Tensor slice(Tensor x, int groups, int start, int length) {
        TorchTensor own = memory.own(x);
        checkColumns(own, groups, start, length);
        Shape shape = Shape.of(x.shape().dim(0), (long) groups * length);
        return memory.tensor(x.dtype(), shape, "slice_columns", own, groups, start, length);
    }

    @Override
    public void addToSlice(Tensor source, Tensor target, int groups, int start) {
        TorchTensor ownSource = memory.own(source);
        TorchTensor ownTarget = memory.target(target);
        Check.rank("source", ownSource, 2);
        Check.dtype("source", ownSource, target.dtype());
        Check.that(groups > 0, groups + " groups of columns");
        int length = Math.toIntExact(source.shape().dim(1) / groups);
        checkColumns(ownTarget, groups, start, length);
        Check.shape("source", ownSource, target.shape().dim(0), (long) groups * length);
        kernels.run("add_columns", ownSource, ownTarget, groups, start);
    }

    private static void checkColumns(TorchTensor x, int groups, int start, int length) {
        Check.floating("the tensor", x);
        Check.rank("the tensor", x, 2);
        long columns = x.shape().dim(1);
        Check.that(groups > 0 && columns % groups == 0, groups + " groups of columns do not divide " + x);
        Check.that(
                start >= 0 && length > 0 && start + (long) length <= columns / groups,
                "columns " + start + " to " + (start + (long) length) + " of groups of " + columns / groups);
    }

    @Override
    public void addToRows(Tensor source, Tensor target, long start) {
        TorchTensor ownSource = memory.own(source);
        TorchTensor ownTarget = memory.target(target);
        Check.floating("target", ownTarget);
        Check.rank("target", ownTarget, 2);
        Check.rank("source", ownSource, 2);
        Check.dtype("source", ownSource, target.dtype());
        long rows = source.shape().dim(0);
        Check.shape("source", ownSource, rows, target.shape().dim(1));
        Check.that(
                start >= 0 && start + rows <= target.shape().dim(0),
                "rows " + start + " to " + (start + rows) + " of " + ownTarget);
        kernels.run("add_rows", ownSource, ownTarget, start);
    }

    @Override
    public double squaredNorm(List<Tensor> tensors) {
        List<TorchTensor> own = memory.own(tensors);
        own.forEach(tensor -> Check.floating("a tensor", tensor));
        return own.isEmpty() ? 0 : kernels.number("squared_norm", own);
    }

    // Embedding

    @Override
    public Tensor embedding(Tensor table, Tensor ids) {
        TorchTensor ownTable = memory.own(table);
        TorchTensor ownIds = memory.own(ids);
        Check.floating("table", ownTable);
        Check.rank("table", ownTable, 2);
        Check.rank("ids", ownIds, 1);
        memory.checkIndices("ids", ownIds, table.shape().dim(0));
        Shape shape = Shape.of(ids.shape().dim(0), table.shape().dim(1));
        return memory.tensor(table.dtype(), shape, "embedding", ownTable, ownIds);
    }

    @Override
    public Tensor embeddingBackward(Tensor dOut, Tensor ids, long vocabulary) {
        TorchTensor ownDOut = memory.own(dOut);
        TorchTensor ownIds = memory.own(ids);
        Check.floating("dOut", ownDOut);
        Check.rank("dOut", ownDOut, 2);
        Check.shape("ids", ownIds, dOut.shape().dim(0));
        memory.checkIndices("ids", ownIds, vocabulary);
        DType wide = dOut.dtype().accumulator();
        Shape shape = Shape.of(vocabulary, dOut.shape().dim(1));
        return memory.tensor(wide, shape, "embedding_backward", ownDOut, ownIds, vocabulary, wide);
    }

    // Linear

    @Override
    public Tensor linear(Tensor x, Tensor weight, Optional<Tensor> bias) {
        return linear.linear(x, weight, bias);
    }

    @Override
    public Tensor linearBackwardInput(Tensor dY, Tensor weight) {
        return linear.backwardInput(dY, weight);
    }

    @Override
    public Tensor linearBackwardWeight(Tensor dY, Tensor x) {
        return linear.backwardWeight(dY, x);
    }

    @Override
    public Tensor linearBackwardBias(Tensor dY) {
        return linear.backwardBias(dY);
    }

    @Override
    public LowRankOutput lowRankLinear(Tensor x, Tensor weight, Optional<Tensor> bias, LowRankTensors adapter) {
        return linear.lowRank(x, weight, bias, adapter);
    }

    @Override
    public LowRankGradients lowRankLinearBackward(
            Tensor dY, Tensor x, Tensor weight, LowRankTensors adapter, Tensor down, boolean inputGradient) {
        return linear.lowRankBackward(dY, x, weight, adapter, down, inputGradient);
    }

    @Override
    public LowRankOutput doraLinear(Tensor x, Tensor weight, Optional<Tensor> bias, DoraTensors adapter) {
        return linear.dora(x, weight, bias, adapter);
    }

    @Override
    public DoraGradients doraLinearBackward(
            Tensor dY, Tensor x, Tensor weight, DoraTensors adapter, Tensor down, boolean inputGradient) {
        return linear.doraBackward(dY, x, weight, adapter, down, inputGradient);
    }

    @Override
    public Tensor dimensionNorm(Tensor weight, Tensor a, Tensor b, double scale) {
        return linear.dimensionNorm(weight, a, b, scale);
    }

    @Override
    public Tensor mergeLowRank(Tensor weight, Tensor a, Tensor b, double scale, Optional<Tensor> magnitude) {
        return linear.merge(weight, a, b, scale, magnitude);
    }

    @Override
    public Tensor dequantizeNf4(Nf4Tensors weight, DType dtype) {
        return nf4.dequantize(weight, dtype);
    }

    // Norm, rotary, activation

    @Override
    public NormOutput rmsNorm(Tensor x, Tensor weight, double eps) {
        return block.rmsNorm(x, weight, eps);
    }

    @Override
    public NormGradients rmsNormBackward(
            Tensor dY, Tensor x, Tensor weight, Tensor inverseRms, boolean weightGradient) {
        return block.rmsNormBackward(dY, x, weight, inverseRms, weightGradient);
    }

    @Override
    public Tensor rotary(Tensor x, Tensor cos, Tensor sin, int headDim) {
        return block.rotary(x, cos, sin, headDim, false);
    }

    @Override
    public Tensor rotaryBackward(Tensor dY, Tensor cos, Tensor sin, int headDim) {
        return block.rotary(dY, cos, sin, headDim, true);
    }

    @Override
    public Tensor gatedActivation(Tensor gate, Tensor up, Activation activation) {
        return block.gated(gate, up, activation);
    }

    @Override
    public GatedGradients gatedActivationBackward(Tensor dY, Tensor gate, Tensor up, Activation activation) {
        return block.gatedBackward(dY, gate, up, activation);
    }

    @Override
    public LayerNormOutput layerNorm(Tensor x, Tensor weight, Optional<Tensor> bias, double eps) {
        return block.layerNorm(x, weight, bias, eps);
    }

    @Override
    public LayerNormGradients layerNormBackward(
            Tensor dY, Tensor x, Tensor weight, LayerNormOutput kept, boolean weightGradient, boolean biasGradient) {
        return block.layerNormBackward(dY, x, weight, kept, weightGradient, biasGradient);
    }

    @Override
    public Tensor activation(Tensor x, Activation activation) {
        return block.activation(x, activation);
    }

    @Override
    public Tensor activationBackward(Tensor dY, Tensor x, Activation activation) {
        return block.activationBackward(dY, x, activation);
    }

    // Experts

    @Override
    public RouteOutput route(Tensor logits, RoutingSpec spec) {
        return experts.route(logits, spec);
    }

    @Override
    public Tensor routeBackward(
            Tensor dWeights, RouteOutput kept, Optional<Tensor> dProbabilities, RoutingSpec spec, DType type) {
        return experts.routeBackward(dWeights, kept, dProbabilities, spec, type);
    }

    @Override
    public Tensor gatherRows(Tensor x, Tensor rows) {
        return experts.gatherRows(x, rows);
    }

    @Override
    public Tensor combine(List<Tensor> parts, Tensor places, Optional<Tensor> weights) {
        return experts.combine(parts, places, weights);
    }

    @Override
    public CombineGradients combineBackward(
            Tensor dOut, List<Tensor> parts, Tensor tokens, Tensor places, Tensor weights) {
        return experts.combineBackward(dOut, parts, tokens, places, weights);
    }

    // Attention

    @Override
    public AttentionOutput attention(Tensor q, Tensor k, Tensor v, Segments segments, AttentionSpec spec) {
        return attention.attention(q, k, v, segments, spec);
    }

    @Override
    public AttentionGradients attentionBackward(
            Tensor dOut, Tensor q, Tensor k, Tensor v, AttentionOutput kept, Segments segments, AttentionSpec spec) {
        return attention.backward(dOut, q, k, v, kept, segments, spec);
    }

    @Override
    public KvCache newKvCache(List<AttentionSpec> layers, int places, int capacity, DType dtype) {
        return attention.newCache(layers, places, capacity, dtype);
    }

    @Override
    public Tensor attention(Tensor q, Tensor k, Tensor v, KvCache cache, int layer, AttentionSpec spec) {
        return attention.attention(q, k, v, cache, layer, spec);
    }

    // Head

    @Override
    public Tensor tokenLogProbs(Tensor hidden, Tensor weight, Tensor positions, Tensor targets) {
        return head.logProbs(hidden, weight, positions, targets);
    }

    @Override
    public HeadOutput tokenLogProbsAndGradients(
            Tensor hidden,
            Tensor weight,
            Tensor positions,
            Tensor targets,
            Tensor dLogProbs,
            boolean hiddenGradient,
            boolean weightGradient) {
        return head.logProbsAndGradients(hidden, weight, positions, targets, dLogProbs, hiddenGradient, weightGradient);
    }

    // Optimizer

    @Override
    public void adamW(
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<Tensor> firstMoments,
            List<Tensor> secondMoments,
            AdamWStep step) {
        new AdamW(memory, parameters, gradients, firstMoments, secondMoments).update(step);
    }

    @Override
    public void update(
            String kernel,
            List<Tensor> parameters,
            List<Tensor> gradients,
            List<List<Tensor>> state,
            double... numbers) {
        new OptimizerUpdate(memory, parameters, gradients, state).run(kernel, numbers);
    }
}
