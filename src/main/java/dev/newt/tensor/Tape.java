package dev.newt.tensor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Calls the engine for a model and notes how to go back. One tape serves one forward and at most one backward pass. What the backward needs
 * is kept until it is used; everything else is released when the frame that made it ends. Gradients arrive at trainable {@link Parameter}s
 * in the reverse order of use. The operations themselves stand in small tapes by topic, which record each by {@link #record}.
 */
public final class Tape implements AutoCloseable {
    private final Memory memory;
    private final ForwardOps forward;
    /** Absent on a tape of inference. */
    private final Optional<Engine> engine;

    private final LinearTape linears;
    private final NormTape norms;
    private final ElementTape elements;
    private final AttentionTape attentions;
    private final ExpertTape experts;
    private final HeadTape heads;
    private final Deque<List<Value>> frames = new ArrayDeque<>();
    private List<Node> nodes = new ArrayList<>();
    private boolean recording;
    /** Whether a checkpoint's body runs once more. */
    private boolean repeating;

    private boolean adapters = true;
    private Optional<RouterBalance> balance = Optional.empty();

    private Tape(Memory memory, ForwardOps forward, Optional<Engine> engine, long dropoutKey) {
        this.memory = memory;
        this.forward = forward;
        this.engine = engine;
        this.recording = engine.isPresent();
        this.linears = new LinearTape(this, dropoutKey);
        this.norms = new NormTape(this);
        this.elements = new ElementTape(this);
        this.attentions = new AttentionTape(this);
        this.experts = new ExpertTape(this);
        this.heads = new HeadTape(this);
        frames.push(new ArrayList<>());
    }

    /**
     * A tape that records.
     *
     * @param dropoutKey decides which elements dropout drops: the same key, the same elements
     */
    public static Tape training(Engine engine, long dropoutKey) {
        return new Tape(engine, engine, Optional.of(engine), dropoutKey);
    }

    /** A tape that records nothing and drops nothing. It needs the forward half of an engine alone. */
    public static <E extends Memory & ForwardOps> Tape inference(E forward) {
        return new Tape(forward, forward, Optional.empty(), 0);
    }

    /** Where tensors for {@link #constant} are made. */
    public Memory memory() {
        return memory;
    }

    ForwardOps forward() {
        return forward;
    }

    /** The whole engine, for the backward pass. */
    Engine engine() {
        return engine.orElseThrow(() -> new IllegalStateException("a tape of inference has no backward"));
    }

    boolean training() {
        return engine.isPresent();
    }

    /** Whether {@link #backward} will find what is recorded now: false inside a checkpoint's first run too. */
    boolean recording() {
        return recording;
    }

    /** Whether low-rank adapters take part from here on; without them the base model answers. */
    public Tape adapters(boolean on) {
        adapters = on;
        return this;
    }

    /** Routers from here on add to this loss, and get its gradient in the backward pass. */
    public Tape balance(RouterBalance routers) {
        balance = Optional.of(routers);
        return this;
    }

    /** Runs {@code body}; of all that it makes, only the result outlives it (besides what the backward needs). */
    public Value frame(Value input, UnaryOperator<Value> body) {
        frames.push(new ArrayList<>());
        Value result = null;
        try {
            result = body.apply(input);
            return result;
        } finally {
            List<Value> made = frames.pop();
            for (Value value : made) {
                if (value == result) {
                    frames.getFirst().add(value);
                } else {
                    value.endFrame();
                }
            }
        }
    }

    /** As {@link #frame}, but keeps the input alone and runs {@code body} once more when its gradients are wanted. */
    public Value checkpoint(Value input, UnaryOperator<Value> body) {
        if (!recording) {
            return frame(input, body);
        }
        recording = false;
        Value result;
        try {
            result = frame(input, body);
        } finally {
            recording = true;
        }
        if (result.requiresGradient()) {
            input.hold();
            nodes.add(new Node(result, List.of(input), List.of(), dOut -> recompute(input, body, dOut)));
        }
        return result;
    }

    private void recompute(Value input, UnaryOperator<Value> body, Tensor dOut) {
        List<Node> outer = nodes;
        nodes = new ArrayList<>();
        frames.push(new ArrayList<>());
        Value copy = new Value(memory.reshape(input.tensor(), input.shape()), input.requiresGradient());
        frames.getFirst().add(copy);
        try {
            boolean outerRepeats = repeating;
            repeating = true;
            Value result;
            try {
                result = frame(copy, body);
            } finally {
                repeating = outerRepeats;
            }
            result.accumulateShared(engine(), dOut);
            replay();
            if (copy.hasGradient()) {
                pass(input, copy.takeGradient());
            }
        } finally {
            releaseNodes();
            nodes = outer;
            frames.pop().forEach(Value::endFrame);
        }
    }

    /** A tensor from outside, which becomes the tape's. No gradient flows into it. */
    public Value constant(Tensor tensor) {
        return record(tensor, false, Kept.NOTHING, dOut -> {});
    }

    /** [vocab, hidden] and ids [T] -> [T, hidden]. */
    public Value embedding(Parameter table, Tensor ids) {
        return heads.embedding(table, ids);
    }

    /** {@code x W^T + bias}, plus the layer's adapter. */
    public Value linear(Value x, Linear layer) {
        return linears.linear(x, layer, adapters);
    }

    /** {@code x / rms(x) * weight}. A weight narrower than x norms each group of its width by itself, such as every head. */
    public Value rmsNorm(Value x, Parameter weight, double eps) {
        return norms.rms(x, weight, eps);
    }

    /** {@code (x - mean(x)) / deviation(x) * weight + bias}. */
    public Value layerNorm(Value x, Parameter weight, Optional<Parameter> bias, double eps) {
        return norms.layer(x, weight, bias, eps);
    }

    /** Rotary position embedding of heads of {@code headDim}. The tables must outlive the backward pass. */
    public Value rotary(Value x, RotaryTables tables, int headDim) {
        return attentions.rotary(x, tables, headDim);
    }

    /** Causal attention inside each segment. */
    public Value attention(Value q, Value k, Value v, Segments segments, AttentionSpec spec) {
        return attentions.attention(q, k, v, segments, spec);
    }

    /** Attention of new tokens to all that the cache holds of their sequences. Only where nothing is recorded. */
    public Value attention(Value q, Value k, Value v, KvCache cache, int layer, AttentionSpec spec) {
        return attentions.attention(q, k, v, cache, layer, spec);
    }

    /** {@code activation(x)} of each element. */
    public Value activation(Value x, Activation activation) {
        return elements.activation(x, activation);
    }

    /** {@code activation(gate) * up}. */
    public Value gatedActivation(Value gate, Value up, Activation activation) {
        return elements.gated(gate, up, activation);
    }

    /** The residual sum. */
    public Value add(Value a, Value b) {
        return elements.add(a, b);
    }

    /** {@code x * factor}. */
    public Value scale(Value x, double factor) {
        return elements.scale(x, factor);
    }

    /**
     * Columns {@code [start, start + length)} of each of {@code groups} equal groups of columns, side by side: from a fused product
     * [T, groups * width] to [T, groups * length].
     */
    public Value slice(Value x, int groups, int start, int length) {
        return elements.slice(x, groups, start, length);
    }

    /** A copy of rows {@code [start, end)}, for inference. */
    public Value rows(Value x, long start, long end) {
        return elements.rows(x, start, end);
    }

    /** The rows of x at {@code rows} I64 [n], for inference. */
    public Value rows(Value x, Tensor rows) {
        return elements.rows(x, rows);
    }

    /**
     * Which experts each token goes to. Adds to the {@link #balance} where there is one.
     *
     * @param logits the router's, [T, experts]
     */
    public Routing route(Value logits, RoutingSpec spec) {
        return experts.route(logits, spec, balance, !repeating);
    }

    /**
     * The weighted sum of what a token's experts give for its row. An expert without tokens is not called.
     *
     * @param x [T, width]
     * @param body an expert on its tokens' rows, [n, width] -> [n, any width], in a frame of its own
     */
    public Value experts(Value x, Routing routing, ExpertBody body) {
        return experts.experts(x, routing, body);
    }

    /**
     * The log-probability of each target under {@code softmax(hidden W^T)}: F32 [N]. Their gradients come with {@link #backward(Value, Tensor)}.
     *
     * @param positions I64 [N] rows of hidden; targets I64 [N]
     */
    public Value tokenLogProbs(Value hidden, Parameter head, Tensor positions, Tensor targets) {
        return heads.tokenLogProbs(hidden, head, positions, targets);
    }

    /**
     * The same, where the gradient of each log-probability is known beforehand, as in supervised fine-tuning: logits are computed once for
     * both directions. {@link #backward()} takes it from there.
     *
     * @param dLogProbs F32 [N]
     */
    public Value tokenLogProbs(Value hidden, Parameter head, Tensor positions, Tensor targets, Tensor dLogProbs) {
        return heads.tokenLogProbs(hidden, head, positions, targets, dLogProbs);
    }

    /** Carries gradients back to every trainable parameter, from those that operations have already left on their inputs. */
    public void backward() {
        if (!training()) {
            throw new IllegalStateException("an inference tape has nothing to go back on");
        }
        replay();
    }

    /** As {@link #backward()}, from the gradient of one value. The gradient stays the caller's. */
    public void backward(Value output, Tensor gradient) {
        output.accumulateShared(engine(), gradient);
        backward();
    }

    private void replay() {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.remove(i);
            try {
                if (node.output().hasGradient()) {
                    try (Tensor dOut = node.output().takeGradient()) {
                        node.backward().accept(dOut);
                    }
                }
            } finally {
                node.release();
            }
        }
    }

    /** Gives a gradient to a value that wants it. */
    void pass(Value value, Tensor gradient) {
        if (value.requiresGradient()) {
            value.accumulate(engine(), gradient);
        } else {
            gradient.close();
        }
    }

    /**
     * Takes up an operation's result, and notes how to go back where there will be a way back; closes the kept tensors where not.
     *
     * @param gradient whether anything trainable stands before the result
     * @param kept what the way back reads
     * @param backward from the result's gradient, which stays the tape's
     */
    Value record(Tensor result, boolean gradient, Kept kept, Consumer<Tensor> backward) {
        Value value = new Value(result, training() && gradient);
        frames.getFirst().add(value);
        record(value, kept, backward);
        return value;
    }

    /** As {@link #record(Tensor, boolean, Kept, Consumer)}, for a value that is made already. */
    void record(Value value, Kept kept, Consumer<Tensor> backward) {
        if (recording && value.requiresGradient()) {
            List<Value> values = new ArrayList<>(kept.values());
            if (kept.result()) {
                values.add(value);
            }
            values.forEach(Value::hold);
            nodes.add(new Node(value, values, kept.tensors(), backward));
        } else {
            kept.tensors().forEach(Tensor::close);
        }
    }

    /**
     * Lets a cheap elementwise result be computed again in the backward pass. Its own node, which comes after all of its readers' then,
     * keeps what that takes.
     */
    Value remade(Value value, Supplier<Tensor> computation) {
        if (recording && value.requiresGradient()) {
            value.remadeBy(computation);
        }
        return value;
    }

    private void releaseNodes() {
        nodes.forEach(Node::release);
        nodes.clear();
    }

    /** Releases everything that the tape made. */
    @Override
    public void close() {
        releaseNodes();
        while (!frames.isEmpty()) {
            frames.pop().forEach(Value::endFrame);
        }
    }

    private record Node(Value output, List<Value> kept, List<Tensor> keptTensors, Consumer<Tensor> backward) {
        void release() {
            if (output.hasGradient()) {
                output.takeGradient().close();
            }
            kept.forEach(Value::release);
            keptTensors.forEach(Tensor::close);
        }
    }

    /** One expert of a mixture. */
    @FunctionalInterface
    public interface ExpertBody {
        Value apply(int expert, Value rows);
    }
}
