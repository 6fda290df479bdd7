package dev.newt.model;

import dev.newt.model.DecoderParameters.Layer;
import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.DType;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.RotaryTables;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.Value;
import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A decoder-only transformer of any family, as its {@link DecoderSpec} says. Works on flat rows of T tokens: there is no batch dimension and
 * no padding, {@link Segments} tell the sequences apart.
 */
public final class Decoder implements AutoCloseable {
    private final DecoderSpec spec;
    private final DecoderParameters parameters;
    private final DType compute;
    private final RotaryAngles angles;

    /**
     * @param parameters from now on the decoder's own
     * @param compute the type that the parameters are lent in
     */
    public Decoder(DecoderSpec spec, DecoderParameters parameters, DType compute) {
        this.spec = spec;
        this.parameters = parameters;
        this.compute = compute;
        this.angles = new RotaryAngles(spec.rotary());
    }

    public DecoderSpec spec() {
        return spec;
    }

    public DecoderParameters parameters() {
        return parameters;
    }

    public DType compute() {
        return compute;
    }

    /**
     * The last hidden states, normed: [T, hidden].
     *
     * @param checkpointing keep only each block's input, and compute the block again in the backward pass
     */
    public Value hidden(Tape tape, int[] tokenIds, Segments segments, boolean checkpointing) {
        if (segments.tokens() != tokenIds.length) {
            throw new IllegalArgumentException(tokenIds.length + " tokens in segments of " + segments.tokens());
        }
        RotaryTables tables = tables(tape, segments.positions(), segments.longest());
        Value x = embed(tape, tokenIds);
        for (int i = 0; i < parameters.layers().size(); i++) {
            Layer layer = parameters.layers().get(i);
            AttentionSpec attention = spec.attention(i);
            UnaryOperator<Value> block = input -> block(
                    tape,
                    input,
                    layer,
                    tables,
                    attention.headDim(),
                    (q, k, v) -> tape.attention(q, k, v, segments, attention));
            x = checkpointing ? tape.checkpoint(x, block) : tape.frame(x, block);
        }
        return tape.rmsNorm(x, parameters.finalNorm(), spec.normEps());
    }

    /**
     * The same for new tokens of one sequence whose beginning the cache holds; their keys and values are added to it.
     *
     * @param tape of inference
     */
    public Value hidden(Tape tape, int[] tokenIds, KvCache cache) {
        int past = cache.length(0);
        int[] positions = new int[tokenIds.length];
        Arrays.setAll(positions, i -> past + i);
        RotaryTables tables = tables(tape, positions, past + tokenIds.length);
        Value x = embed(tape, tokenIds);
        for (int i = 0; i < parameters.layers().size(); i++) {
            Layer layer = parameters.layers().get(i);
            int index = i;
            AttentionSpec attention = spec.attention(i);
            x = tape.frame(
                    x,
                    input -> block(
                            tape,
                            input,
                            layer,
                            tables,
                            attention.headDim(),
                            (q, k, v) -> tape.attention(q, k, v, cache, index, attention)));
        }
        return tape.rmsNorm(x, parameters.finalNorm(), spec.normEps());
    }

    private Value embed(Tape tape, int[] tokenIds) {
        Tensor ids = tape.constant(tape.memory().upload(tokenIds)).tensor();
        return tape.embedding(parameters.embedding(), ids);
    }

    private RotaryTables tables(Tape tape, int[] positions, int longest) {
        RotaryTables tables = angles.tables(tape.memory(), positions, longest, compute);
        tape.constant(tables.cos());
        tape.constant(tables.sin());
        return tables;
    }

    private Value block(Tape tape, Value x, Layer layer, RotaryTables tables, int headDim, AttentionOfHeads attention) {
        Value attended = tape.frame(x, input -> {
            Value normed = tape.rmsNorm(input, layer.attentionNorm(), spec.normEps());
            Value q = tape.rotary(tape.linear(normed, layer.query()), tables, headDim);
            Value k = tape.rotary(tape.linear(normed, layer.key()), tables, headDim);
            Value v = tape.linear(normed, layer.value());
            Value heads = attention.apply(q, k, v);
            return tape.add(input, tape.linear(heads, layer.output()));
        });
        return tape.frame(attended, input -> {
            Value normed = tape.rmsNorm(input, layer.feedForwardNorm(), spec.normEps());
            Value gate = tape.linear(normed, layer.gate());
            Value up = tape.linear(normed, layer.up());
            Value product = tape.gatedActivation(gate, up, spec.feedForward().activation());
            return tape.add(input, tape.linear(product, layer.down()));
        });
    }

    @FunctionalInterface
    private interface AttentionOfHeads {
        Value apply(Value q, Value k, Value v);
    }

    /** Releases the parameters. */
    @Override
    public void close() {
        parameters.close();
    }
}
