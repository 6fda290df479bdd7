package dev.newt.model;

import dev.newt.tensor.AttentionSpec;
import dev.newt.tensor.Engine;
import dev.newt.tensor.KvCache;
import dev.newt.tensor.Parameter;
import dev.newt.tensor.Segments;
import dev.newt.tensor.Tape;
import dev.newt.tensor.Tensor;
import dev.newt.tensor.Value;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Continues sequences token by token, one or many at once. Prompts of different lengths are computed together as one row; from then on each
 * pass computes one token of every sequence. A sequence that ends gives its place to the next prompt.
 */
public final class Generator implements AutoCloseable {
    private static final long MOST_HELD_BYTES = 1L << 30;
    private static final long MOST_CACHE_BYTES = 1L << 28;
    private static final int MOST_SEQUENCES = 64;
    /** Of prompts in one pass, if there are several. */
    private static final int MOST_PROMPT_TOKENS = 4096;

    private final Engine engine;
    private final Decoder decoder;
    private final int capacity;
    private final List<Parameter.Lease> held = new ArrayList<>();

    /** @param capacity the longest sequence, prompt and continuation together */
    public Generator(Engine engine, Decoder decoder, int capacity) {
        this.engine = engine;
        this.decoder = decoder;
        this.capacity = capacity;
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
        Growing sequence = new Growing(0, prompt, random, listener);
        new Pass(List.of(sequence), maxNewTokens, ends, sampling, done -> {}).run();
        return sequence.tokens;
    }

    /**
     * The continuations of all prompts, in their order, each as {@link #generate} would give it: what a sequence draws depends on its own
     * stream of random numbers alone.
     *
     * @param streams gives the random numbers of the prompt with this index
     * @param finished is told the index of each sequence that has ended, in the order of ending
     */
    public List<List<Integer>> generateAll(
            List<int[]> prompts,
            int maxNewTokens,
            Set<Integer> ends,
            Sampling sampling,
            IntFunction<RandomGenerator> streams,
            IntConsumer finished) {
        List<Growing> sequences = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            sequences.add(new Growing(i, prompts.get(i), streams.apply(i), token -> true));
        }
        if (!sequences.isEmpty()) {
            new Pass(sequences, maxNewTokens, ends, sampling, finished).run();
        }
        return sequences.stream().map(sequence -> sequence.tokens).toList();
    }

    /** A sequence and what it has grown by. */
    private static final class Growing {
        private final int index;
        private final int[] prompt;
        private final RandomGenerator random;
        private final IntPredicate listener;
        private final List<Integer> tokens = new ArrayList<>();

        Growing(int index, int[] prompt, RandomGenerator random, IntPredicate listener) {
            this.index = index;
            this.prompt = prompt;
            this.random = random;
            this.listener = listener;
        }

        /** What the next pass computes of it. */
        int[] next() {
            return tokens.isEmpty() ? prompt : new int[] {tokens.get(tokens.size() - 1)};
        }

        int length() {
            return prompt.length + tokens.size();
        }
    }

    /** All sequences of one call, from the first to the last. */
    private final class Pass {
        private final Queue<Growing> waiting;
        private final int maxNewTokens;
        private final Set<Integer> ends;
        private final Sampling sampling;
        private final IntConsumer finished;
        private final int longest;
        /** By place in the cache; null where there is none. */
        private final Growing[] growing;

        Pass(List<Growing> sequences, int maxNewTokens, Set<Integer> ends, Sampling sampling, IntConsumer finished) {
            for (Growing sequence : sequences) {
                if (sequence.prompt.length == 0 || sequence.prompt.length >= capacity) {
                    throw new IllegalArgumentException(
                            "a prompt of " + sequence.prompt.length + " tokens in a cache of " + capacity);
                }
            }
            this.waiting = new ArrayDeque<>(sequences);
            this.maxNewTokens = maxNewTokens;
            this.ends = ends;
            this.sampling = sampling;
            this.finished = finished;
            int longestPrompt =
                    sequences.stream().mapToInt(s -> s.prompt.length).max().orElse(0);
            this.longest = (int) Math.min(capacity, (long) longestPrompt + maxNewTokens);
            this.growing = new Growing[places(sequences.size(), longest)];
        }

        void run() {
            if (maxNewTokens == 0) {
                waiting.forEach(sequence -> finished.accept(sequence.index));
                return;
            }
            try (KvCache cache = engine.newKvCache(layers(), growing.length, longest, decoder.compute())) {
                while (true) {
                    List<Integer> places = admit();
                    if (places.isEmpty()) {
                        places = IntStream.range(0, growing.length)
                                .filter(place -> growing[place] != null)
                                .boxed()
                                .toList();
                    }
                    if (places.isEmpty()) {
                        return;
                    }
                    advance(cache, places);
                }
            }
        }

        /** Gives free places to those that wait; the places given. */
        private List<Integer> admit() {
            List<Integer> places = new ArrayList<>();
            long tokens = 0;
            for (int place = 0; place < growing.length && !waiting.isEmpty(); place++) {
                int next = waiting.element().prompt.length;
                if (growing[place] == null && (tokens == 0 || tokens + next <= MOST_PROMPT_TOKENS)) {
                    growing[place] = waiting.remove();
                    places.add(place);
                    tokens += next;
                }
            }
            return places;
        }

        private void advance(KvCache cache, List<Integer> places) {
            List<int[]> next =
                    places.stream().map(place -> growing[place].next()).toList();
            Segments segments =
                    Segments.ofLengths(next.stream().mapToInt(ids -> ids.length).toArray());
            cache.expect(segments, places.stream().mapToInt(Integer::intValue).toArray());
            float[] logits = lastLogits(next, segments, cache);
            int vocabulary = logits.length / places.size();
            for (int i = 0; i < places.size(); i++) {
                int place = places.get(i);
                float[] own = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
                if (!grows(growing[place], own)) {
                    finished.accept(growing[place].index);
                    growing[place] = null;
                    cache.clear(place);
                }
            }
        }

        /** Draws the next token; whether there is to be another. */
        private boolean grows(Growing sequence, float[] logits) {
            int token = sampling.draw(logits, sequence.random);
            if (ends.contains(token)) {
                return false;
            }
            sequence.tokens.add(token);
            return sequence.listener.test(token)
                    && sequence.tokens.size() < maxNewTokens
                    && sequence.length() <= capacity;
        }
    }

    private List<AttentionSpec> layers() {
        return IntStream.range(0, decoder.spec().layers())
                .mapToObj(layer -> decoder.spec().attention(layer).heads())
                .toList();
    }

    /** How many sequences grow at once: what the cache has room for, one where the angles of positions depend on a sequence's length. */
    private int places(int sequences, int longest) {
        boolean alone = IntStream.range(0, decoder.spec().layers())
                .anyMatch(layer -> decoder.spec().attention(layer).rotary().dependsOnLength());
        if (alone) {
            return 1;
        }
        long elements = layers().stream()
                .mapToLong(heads -> 2L * heads.kvHeads() * heads.headDim() * longest)
                .sum();
        long most = Math.max(1, MOST_CACHE_BYTES / (elements * decoder.compute().bytes()));
        return (int) Math.min(Math.min(sequences, MOST_SEQUENCES), most);
    }

    /** The logits behind the last token of each segment, one row after the other. */
    private float[] lastLogits(List<int[]> tokens, Segments segments, KvCache cache) {
        int[] ids = tokens.stream().flatMapToInt(Arrays::stream).toArray();
        try (Tape tape = Tape.inference(engine);
                Parameter.Lease head = decoder.parameters().head().lease()) {
            Value hidden = decoder.hidden(tape, ids, cache);
            if (segments.longest() > 1) {
                int[] last = IntStream.range(0, segments.count())
                        .map(i -> segments.end(i) - 1)
                        .toArray();
                hidden = tape.rows(hidden, tape.constant(engine.upload(last)).tensor());
            }
            try (Tensor logits = engine.linear(hidden.tensor(), head.tensor(), Optional.empty())) {
                return engine.downloadFloats(logits);
            }
        }
    }

    @Override
    public void close() {
        held.forEach(Parameter.Lease::close);
    }
}
