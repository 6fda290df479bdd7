package dev.newt.tensor;

import dev.newt.tensor.Engine.AttentionGradients;
import dev.newt.tensor.Engine.AttentionOutput;
import dev.newt.tensor.Engine.GatedGradients;
import dev.newt.tensor.Engine.HeadOutput;
import dev.newt.tensor.Engine.LayerNormGradients;
import dev.newt.tensor.Engine.LayerNormOutput;
import dev.newt.tensor.Engine.NormGradients;
import dev.newt.tensor.Engine.NormOutput;
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
 * in the reverse order of use.
 */
public final class Tape implements AutoCloseable {
    private final Engine engine;
    private final boolean training;
    private final LinearTape linears;
    private final ExpertTape experts;
    private final Deque<List<Value>> frames = new ArrayDeque<>();
    private List<Node> nodes = new ArrayList<>();
    private boolean recording;
    private boolean adapters = true;
    private Optional<RouterBalance> balance = Optional.empty();
    /** Whether a checkpoint's body runs once more. */
    private boolean repeating;

    private Tape(Engine engine, boolean training, long dropoutKey) {
        this.engine = engine;
        this.training = training;
        this.recording = training;
        this.linears = new LinearTape(engine, training, dropoutKey);
        this.experts = new ExpertTape(this);
        frames.push(new ArrayList<>());
    }

    /**
     * A tape that records.
     *
     * @param dropoutKey decides which elements dropout drops: the same key, the same elements
     */
    public static Tape training(Engine engine, long dropoutKey) {
        return new Tape(engine, true, dropoutKey);
    }

    /** A tape that records nothing and drops nothing. */
    public static Tape inference(Engine engine) {
        return new Tape(engine, false, 0);
    }

    public Engine engine() {
        return engine;
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
        Value copy = new Value(engine.reshape(input.tensor(), input.shape()), input.requiresGradient());
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
            result.accumulateShared(engine, dOut);
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
        return made(tensor, false);
    }

    /** [vocab, hidden] and ids [T] -> [T, hidden]. */
    public Value embedding(Parameter table, Tensor ids) {
        Value out;
        try (Parameter.Lease values = table.lease()) {
            out = made(engine.embedding(values.tensor(), ids), table.trainable());
        }
        Tensor kept = engine.reshape(ids, ids.shape());
        note(
                out,
                List.of(),
                List.of(kept),
                dOut -> table.accumulate(
                        engine.embeddingBackward(dOut, kept, table.shape().dim(0))));
        return out;
    }

    /** {@code x W^T + bias}, plus the layer's adapter. */
    public Value linear(Value x, Linear layer) {
        boolean gradient = x.requiresGradient() || linears.trains(layer, adapters);
        LinearTape.Result result = linears.forward(x, layer, adapters);
        Value out = made(result.y(), training && gradient);
        List<Value> kept = result.needsInput() ? List.of(x) : List.of();
        note(out, kept, result.kept(), dOut -> result.backward()
                .run(dOut, x.requiresGradient())
                .ifPresent(dX -> x.accumulate(engine, dX)));
        return out;
    }

    /** {@code x / rms(x) * weight}. A weight narrower than x norms each group of its width by itself, such as every head. */
    public Value rmsNorm(Value x, Parameter weight, double eps) {
        NormOutput output;
        try (Parameter.Lease w = weight.lease();
                Tensor groups = groups(x.tensor(), weight)) {
            output = engine.rmsNorm(groups, w.tensor(), eps);
        }
        Value out = made(shaped(output.y(), x.shape()), training && (x.requiresGradient() || weight.trainable()));
        note(out, List.of(x), List.of(output.inverseRms()), dOut -> {
            NormGradients gradients;
            try (Parameter.Lease w = weight.lease();
                    Tensor dGroups = groups(dOut, weight);
                    Tensor groups = groups(x.tensor(), weight)) {
                gradients =
                        engine.rmsNormBackward(dGroups, groups, w.tensor(), output.inverseRms(), weight.trainable());
            }
            gradients.dWeight().ifPresent(weight::accumulate);
            pass(x, shaped(gradients.dX(), x.shape()));
        });
        remake(out, () -> normed(x, weight, eps));
        return out;
    }

    private Tensor normed(Value x, Parameter weight, double eps) {
        try (Parameter.Lease w = weight.lease();
                Tensor groups = groups(x.tensor(), weight)) {
            NormOutput output = engine.rmsNorm(groups, w.tensor(), eps);
            output.inverseRms().close();
            return shaped(output.y(), x.shape());
        }
    }

    /** A view of x whose rows are as wide as the weight. */
    private Tensor groups(Tensor x, Parameter weight) {
        long width = weight.shape().dim(0);
        return engine.reshape(x, Shape.of(x.shape().elements() / width, width));
    }

    /** The tensor in that shape, in its place. */
    private Tensor shaped(Tensor tensor, Shape shape) {
        if (tensor.shape().equals(shape)) {
            return tensor;
        }
        try (tensor) {
            return engine.reshape(tensor, shape);
        }
    }

    /** {@code (x - mean(x)) / deviation(x) * weight + bias}. */
    public Value layerNorm(Value x, Parameter weight, Optional<Parameter> bias, double eps) {
        LayerNormOutput output = layerNormed(x, weight, bias, eps);
        boolean biasTrains = bias.map(Parameter::trainable).orElse(false);
        Value out = made(output.y(), x.requiresGradient() || weight.trainable() || biasTrains);
        note(out, List.of(x), List.of(output.mean(), output.inverseDeviation()), dOut -> {
            LayerNormGradients gradients;
            try (Parameter.Lease w = weight.lease()) {
                gradients =
                        engine.layerNormBackward(dOut, x.tensor(), w.tensor(), output, weight.trainable(), biasTrains);
            }
            gradients.dWeight().ifPresent(weight::accumulate);
            gradients.dBias().ifPresent(d -> bias.orElseThrow().accumulate(d));
            pass(x, gradients.dX());
        });
        remake(out, () -> {
            LayerNormOutput again = layerNormed(x, weight, bias, eps);
            again.mean().close();
            again.inverseDeviation().close();
            return again.y();
        });
        return out;
    }

    private LayerNormOutput layerNormed(Value x, Parameter weight, Optional<Parameter> bias, double eps) {
        try (Parameter.Lease w = weight.lease();
                OptionalLease b = OptionalLease.of(bias)) {
            return engine.layerNorm(x.tensor(), w.tensor(), b.tensor(), eps);
        }
    }

    /** Rotary position embedding of heads of {@code headDim}. The tables must outlive the backward pass. */
    public Value rotary(Value x, RotaryTables tables, int headDim) {
        Value out = made(engine.rotary(x.tensor(), tables.cos(), tables.sin(), headDim), x.requiresGradient());
        note(
                out,
                List.of(),
                List.of(),
                dOut -> x.accumulate(engine, engine.rotaryBackward(dOut, tables.cos(), tables.sin(), headDim)));
        return out;
    }

    /** Causal attention inside each segment. */
    public Value attention(Value q, Value k, Value v, Segments segments, AttentionSpec spec) {
        AttentionOutput output = engine.attention(q.tensor(), k.tensor(), v.tensor(), segments, spec);
        boolean gradient = q.requiresGradient() || k.requiresGradient() || v.requiresGradient();
        Value out = made(output.out(), gradient);
        note(out, List.of(q, k, v, out), List.of(output.logSumExp()), dOut -> {
            AttentionGradients gradients =
                    engine.attentionBackward(dOut, q.tensor(), k.tensor(), v.tensor(), output, segments, spec);
            pass(q, gradients.dQ());
            pass(k, gradients.dK());
            pass(v, gradients.dV());
        });
        return out;
    }

    /** Attention of new tokens to all that the cache holds. Only where nothing is recorded. */
    public Value attention(Value q, Value k, Value v, KvCache cache, int layer, AttentionSpec spec) {
        if (training) {
            throw new IllegalStateException("a key-value cache has no backward");
        }
        return made(engine.attention(q.tensor(), k.tensor(), v.tensor(), cache, layer, spec), false);
    }

    /** {@code activation(gate) * up}. */
    public Value gatedActivation(Value gate, Value up, Activation activation) {
        Value out = made(
                engine.gatedActivation(gate.tensor(), up.tensor(), activation),
                gate.requiresGradient() || up.requiresGradient());
        note(out, List.of(gate, up), List.of(), dOut -> {
            GatedGradients gradients = engine.gatedActivationBackward(dOut, gate.tensor(), up.tensor(), activation);
            pass(gate, gradients.dGate());
            pass(up, gradients.dUp());
        });
        remake(out, () -> engine.gatedActivation(gate.tensor(), up.tensor(), activation));
        return out;
    }

    /** {@code activation(x)} of each element. */
    public Value activation(Value x, Activation activation) {
        Value out = made(engine.activation(x.tensor(), activation), x.requiresGradient());
        note(
                out,
                List.of(x),
                List.of(),
                dOut -> x.accumulate(engine, engine.activationBackward(dOut, x.tensor(), activation)));
        remake(out, () -> engine.activation(x.tensor(), activation));
        return out;
    }

    /**
     * Columns {@code [start, start + length)} of each of {@code groups} equal groups of columns, side by side: from a fused product
     * [T, groups * width] to [T, groups * length].
     */
    public Value slice(Value x, int groups, int start, int length) {
        Value out = made(engine.slice(x.tensor(), groups, start, length), x.requiresGradient());
        note(
                out,
                List.of(),
                List.of(),
                dOut -> x.accumulatePart(engine, target -> engine.addToSlice(dOut, target, groups, start)));
        return out;
    }

    /** {@code x * factor}. */
    public Value scale(Value x, double factor) {
        Value out = made(engine.scaled(x.tensor(), factor), x.requiresGradient());
        note(out, List.of(), List.of(), dOut -> x.accumulate(engine, engine.scaled(dOut, factor)));
        return out;
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

    /** The residual sum. */
    public Value add(Value a, Value b) {
        Value out = made(engine.add(a.tensor(), b.tensor()), a.requiresGradient() || b.requiresGradient());
        note(out, List.of(), List.of(), dOut -> {
            for (Value addend : List.of(a, b)) {
                if (addend.requiresGradient()) {
                    addend.accumulateShared(engine, dOut);
                }
            }
        });
        return out;
    }

    /** A copy of rows {@code [start, end)}, for inference. */
    public Value rows(Value x, long start, long end) {
        if (recording) {
            throw new IllegalStateException("rows has no backward");
        }
        return made(engine.rows(x.tensor(), start, end), false);
    }

    /**
     * The log-probability of each target under {@code softmax(hidden W^T)}: F32 [N]. Their gradients come with {@link #backward(Value, Tensor)}.
     *
     * @param positions I64 [N] rows of hidden; targets I64 [N]
     */
    public Value tokenLogProbs(Value hidden, Parameter head, Tensor positions, Tensor targets) {
        Value out;
        try (Parameter.Lease w = head.lease()) {
            out = made(
                    engine.tokenLogProbs(hidden.tensor(), w.tensor(), positions, targets),
                    training && (hidden.requiresGradient() || head.trainable()));
        }
        Tensor keptPositions = engine.reshape(positions, positions.shape());
        Tensor keptTargets = engine.reshape(targets, targets.shape());
        note(out, List.of(hidden), List.of(keptPositions, keptTargets), dLogProbs -> {
            HeadOutput output = headGradients(hidden, head, keptPositions, keptTargets, dLogProbs);
            output.logProbs().close();
            output.dHidden().ifPresent(d -> pass(hidden, d));
            output.dWeight().ifPresent(head::accumulate);
        });
        return out;
    }

    /**
     * The same, where the gradient of each log-probability is known beforehand, as in supervised fine-tuning: logits are computed once for
     * both directions. {@link #backward()} takes it from there.
     *
     * @param dLogProbs F32 [N]
     */
    public Value tokenLogProbs(Value hidden, Parameter head, Tensor positions, Tensor targets, Tensor dLogProbs) {
        HeadOutput output = headGradients(hidden, head, positions, targets, dLogProbs);
        output.dHidden().ifPresent(d -> pass(hidden, d));
        output.dWeight().ifPresent(head::accumulate);
        return made(output.logProbs(), false);
    }

    private HeadOutput headGradients(Value hidden, Parameter head, Tensor positions, Tensor targets, Tensor dLogProbs) {
        try (Parameter.Lease w = head.lease()) {
            return engine.tokenLogProbsAndGradients(
                    hidden.tensor(),
                    w.tensor(),
                    positions,
                    targets,
                    dLogProbs,
                    hidden.requiresGradient(),
                    head.trainable());
        }
    }

    /** Carries gradients back to every trainable parameter, from those that operations have already left on their inputs. */
    public void backward() {
        if (!training) {
            throw new IllegalStateException("an inference tape has nothing to go back on");
        }
        replay();
    }

    /** As {@link #backward()}, from the gradient of one value. The gradient stays the caller's. */
    public void backward(Value output, Tensor gradient) {
        output.accumulateShared(engine, gradient);
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

    void pass(Value value, Tensor gradient) {
        if (value.requiresGradient()) {
            value.accumulate(engine, gradient);
        } else {
            gradient.close();
        }
    }

    Value made(Tensor tensor, boolean requiresGradient) {
        Value value = new Value(tensor, training && requiresGradient);
        frames.getFirst().add(value);
        return value;
    }

    /** Keeps values and tensors for the backward where there will be one; closes the tensors where not. */
    void note(Value output, List<Value> kept, List<Tensor> keptTensors, Consumer<Tensor> backward) {
        if (recording && output.requiresGradient()) {
            kept.forEach(Value::hold);
            nodes.add(new Node(output, kept, keptTensors, backward));
        } else {
            keptTensors.forEach(Tensor::close);
        }
    }

    /**
     * Lets a cheap elementwise result be computed again in the backward pass. Its own node, which comes after all of its readers' then,
     * keeps what that takes.
     */
    void remake(Value output, Supplier<Tensor> computation) {
        if (recording && output.requiresGradient()) {
            output.remadeBy(computation);
        }
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

    /** Where no gradient of the input is wanted, the result is empty. */
    @FunctionalInterface
    interface LinearBackward {
        Optional<Tensor> run(Tensor dOut, boolean inputGradient);
    }
}
