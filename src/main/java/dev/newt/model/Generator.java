package dev.newt.model;

import dev.newt.tensor.Engine;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/** Continues a sequence token by token, with a key-value cache that is used again for the next sequence. */
public final class Generator implements AutoCloseable {
    private static final long MOST_HELD_BYTES = 1L << 30;

    private final Engine engine;
    private final Decoder decoder;
    private final KvCache cache;
    private final List<Parameter.Lease> held = new ArrayList<>();

    /** @param capacity the longest sequence, prompt and continuation together */
    public Generator(Engine engine, Decoder decoder, int capacity) {
        this.engine = engine;
        this.decoder = decoder;
        this.cache = engine.newKvCache(
                decoder.spec().layers(),
                capacity,
                decoder.compute(),
                decoder.spec().attention(0).heads());
        holdWeights();
    }

    /** Quantised weights of a small model are made dense once, not for every token. */
    private void holdWeights() {
        List<Parameter> weights = decoder.parameters().base();
        long bytes = weights.stream()
                .mapToLong(w -> w.shape().elements() * decoder.compute().bytes())
                .sum();
        if (bytes <= MOST_HELD_BYTES) {
            weights.forEach(weight -> held.add(weight.lease()));
        }
    }

    /**
     * The tokens after the prompt, without the one that ended them.
     *
     * @param ends tokens that end the continuation
     * @param listener is told each token as it comes and answers whether to go on
     */
    public List<Integer> generate(
            int[] prompt,
            int maxNewTokens,
            Set<Integer> ends,
            Sampling sampling,
            RandomGenerator random,
            IntPredicate listener) {
        if (prompt.length == 0 || prompt.length >= cache.capacity()) {
            throw new IllegalArgumentException(
                    "a prompt of " + prompt.length + " tokens in a cache of " + cache.capacity());
        }
        cache.clear();
        List<Integer> generated = new ArrayList<>();
        int[] next = prompt;
        while (generated.size() < maxNewTokens && cache.length(0) + next.length <= cache.capacity()) {
            int token = sampling.draw(lastLogits(next), random);
            if (ends.contains(token)) {
                break;
            }
            generated.add(token);
            if (!listener.test(token)) {
                break;
            }
            next = new int[] {token};
        }
        return generated;
    }

    private float[] lastLogits(int[] tokens) {
        try (Tape tape = Tape.inference(engine);
                Parameter.Lease head = decoder.parameters().head().lease()) {
            Value hidden = decoder.hidden(tape, tokens, cache);
            Value last = tape.rows(hidden, tokens.length - 1L, tokens.length);
            try (Tensor logits = engine.linear(last.tensor(), head.tensor(), Optional.empty())) {
                return engine.downloadFloats(logits);
            }
        }
    }

    @Override
    public void close() {
        held.forEach(Parameter.Lease::close);
        cache.close();
    }
}
