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
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A decoder-only transformer of any family, as its {@link DecoderSpec} says. Works on flat rows of T tokens: there is no batch dimension and
 * no padding, {@link Segments} tell the sequences apart.
 */
public final class Decoder implements AutoCloseable {
    private final DecoderSpec spec;
    private final DecoderParameters parameters;
    private final DType compute;
    private final Map<Rotary, RotaryAngles> angles = new HashMap<>();

    /**
     * @param parameters from now on the decoder's own
     * @param compute the type that the parameters are lent in
     */
    public Decoder(DecoderSpec spec, DecoderParameters parameters, DType compute) {
        this.spec = spec;
        this.parameters = parameters;
        this.compute = compute;
        for (int i = 0; i < spec.layers(); i++) {
            angles.computeIfAbsent(spec.attention(i).rotary(), RotaryAngles::new);
        }
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
        Sequences sequences = new Sequences(
                tables(tape, segments.positions(), segments.longest()),
                (q, k, v, heads) -> tape.attention(q, k, v, segments, heads));
        Value x = embed(tape, tokenIds);
        for (int i = 0; i < parameters.layers().size(); i++) {
            Layer layer = parameters.layers().get(i);
            Block part = spec.blocks().get(i);
            UnaryOperator<Value> block = input -> part.apply(tape, input, layer, sequences);
            x = checkpointing ? tape.checkpoint(x, block) : tape.frame(x, block);
        }
        return spec.finalNorm().apply(tape, x, parameters.finalNorm());
    }

    /**
     * The same for the new tokens that the cache expects, whose sequences' beginnings it holds; their keys and values are added to it.
     *
     * @param tape of inference
     */
    public Value hidden(Tape tape, int[] tokenIds, KvCache cache) {
        Map<Rotary, RotaryTables> tables = tables(tape, cache.positions(), cache.longest());
        Value x = embed(tape, tokenIds);
        for (int i = 0; i < parameters.layers().size(); i++) {
            Layer layer = parameters.layers().get(i);
            int index = i;
            Block block = spec.blocks().get(i);
            Sequences sequences =
                    new Sequences(tables, (q, k, v, heads) -> tape.attention(q, k, v, cache, index, heads));
            x = tape.frame(x, input -> block.apply(tape, input, layer, sequences));
        }
        return spec.finalNorm().apply(tape, x, parameters.finalNorm());
    }

    private Value embed(Tape tape, int[] tokenIds) {
        Tensor ids = tape.constant(tape.memory().upload(tokenIds)).tensor();
        return tape.embedding(parameters.embedding(), ids);
    }

    private Map<Rotary, RotaryTables> tables(Tape tape, int[] positions, int longest) {
        Map<Rotary, RotaryTables> all = new HashMap<>();
        angles.forEach((rotary, of) -> {
            RotaryTables tables = of.tables(tape.memory(), positions, longest, compute);
            tape.constant(tables.cos());
            tape.constant(tables.sin());
            all.put(rotary, tables);
        });
        return all;
    }

    private record Sequences(Map<Rotary, RotaryTables> tables, AttentionOfHeads attention) implements Mixer.Sequences {
        @Override
        public RotaryTables tables(Rotary rotary) {
            return tables.get(rotary);
        }

        @Override
        public Value attention(Value q, Value k, Value v, AttentionSpec heads) {
            return attention.apply(q, k, v, heads);
        }
    }

    @FunctionalInterface
    private interface AttentionOfHeads {
        Value apply(Value q, Value k, Value v, AttentionSpec heads);
    }

    /** Releases the parameters. */
    @Override
    public void close() {
        parameters.close();
    }
}
