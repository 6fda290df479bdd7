package dev.newt.model.family;

import dev.newt.model.Role;
import dev.newt.tensor.DType;
import dev.newt.tensor.Shape;
import dev.newt.weights.ModelDirectory;
import dev.newt.weights.StoredTensor;
import dev.newt.weights.TensorProblems;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds a model's tensors in a folder of weights. Published copies differ: some lack the leading {@code model.}, some keep buffers that
 * follow from config.json, some keep a tied head's weight.
 */
public final class Checkpoint {
    private static final long ROWS_LOOKED_AT = 16;
    private static final String PREFIX = "model.";
    private static final Set<DType> TYPES =
            Collections.unmodifiableSet(new LinkedHashSet<>(List.of(DType.F32, DType.BF16, DType.F16, DType.F64)));

    /** Inverse frequencies and causal masks, which older versions of transformers saved. */
    private static final Pattern BUFFER =
            Pattern.compile(".*\\.(rotary_emb\\.inv_freq|attn\\.masked_bias|attention\\.(bias|masked_bias))");

    private Checkpoint() {}

    /**
     * @return the stored tensor of every slot, in the slots' order
     * @throws dev.newt.io.UserException that lists all tensors that are missing, of a wrong shape or type, or in no place of this model
     */
    public static Map<TensorSlot, StoredTensor> bind(ModelConfig config, ModelDirectory directory) {
        return bind(config, directory, Long.MAX_VALUE);
    }

    /**
     * Refuses what {@link #bind} refuses, without reading the weights: from the headers of their files, and the first rows of a head that
     * should equal the embedding.
     */
    public static void require(ModelConfig config, ModelDirectory directory) {
        bind(config, directory, ROWS_LOOKED_AT);
    }

    private static Map<TensorSlot, StoredTensor> bind(ModelConfig config, ModelDirectory directory, long rowsRead) {
        Map<String, StoredTensor> stored = directory.tensors();
        Map<TensorSlot, String> names = new LinkedHashMap<>();
        Map<TensorSlot, Stack.Part> parts = new LinkedHashMap<>();
        Map<String, Shape> expected = new LinkedHashMap<>();
        for (TensorSlot slot : config.tensors().all()) {
            String name = nameIn(stored, slot.name());
            Optional<Stack.Part> part = stored.containsKey(name) ? Optional.empty() : stacked(config, stored, slot);
            part.ifPresent(found -> parts.put(slot, found));
            names.put(slot, part.map(Stack.Part::name).orElse(name));
            expected.put(names.get(slot), part.map(Stack.Part::whole).orElse(slot.shape()));
        }
        TensorProblems problems = new TensorProblems();
        expected.forEach((name, shape) -> problems.expect(stored, name, shape, TYPES));
        strays(config, stored, expected.keySet(), rowsRead, problems);
        problems.refuse(directory.directory(), "the weights");

        Map<TensorSlot, StoredTensor> bound = new LinkedHashMap<>();
        names.forEach((slot, name) -> {
            StoredTensor tensor = stored.get(name);
            Stack.Part part = parts.get(slot);
            bound.put(slot, part == null ? tensor : tensor.part(slot.name(), part.first(), slot.shape()));
        });
        return Collections.unmodifiableMap(bound);
    }

    private static Optional<Stack.Part> stacked(ModelConfig config, Map<String, StoredTensor> stored, TensorSlot slot) {
        return config.tensors()
                .stacked(slot)
                .map(part -> new Stack.Part(nameIn(stored, part.name()), part.whole(), part.first()))
                .filter(part -> stored.containsKey(part.name()));
    }

    private static String nameIn(Map<String, StoredTensor> stored, String name) {
        if (!stored.containsKey(name) && name.startsWith(PREFIX)) {
            String bare = name.substring(PREFIX.length());
            if (stored.containsKey(bare)) {
                return bare;
            }
        }
        return name;
    }

    /** A tensor that would be left out may be one that matters: a bias that config.json does not tell of, an adapter. */
    private static void strays(
            ModelConfig config,
            Map<String, StoredTensor> stored,
            Set<String> used,
            long rowsRead,
            TensorProblems problems) {
        Set<String> known = new HashSet<>(used);
        String head = config.tensors().moduleName(Role.HEAD) + ".weight";
        if (config.spec().tiedHead() && stored.containsKey(head)) {
            known.add(head);
            String embedding = nameIn(stored, config.tensors().moduleName(Role.EMBEDDING) + ".weight");
            if (stored.containsKey(embedding) && !same(stored.get(head), stored.get(embedding), rowsRead)) {
                problems.add(head + " differs from " + embedding
                        + ", and config.json ties them; set tie_word_embeddings to false to use both");
            }
        }
        stored.forEach((name, tensor) -> {
            if (!known.contains(name) && !BUFFER.matcher(name).matches()) {
                problems.stray(tensor, name, "a " + config.family() + " model of this config.json");
            }
        });
    }

    private static boolean same(StoredTensor a, StoredTensor b, long rowsRead) {
        if (!a.shape().equals(b.shape()) || a.dtype() != b.dtype() || a.shape().rank() == 0) {
            return false;
        }
        long rows = Math.min(a.shape().dim(0), rowsRead);
        long step = Math.max(1, a.shape().dim(0) * (64L << 20) / Math.max(1, a.bytes()));
        for (long row = 0; row < rows; row += step) {
            long end = Math.min(rows, row + step);
            if (!a.rows(row, end).equals(b.rows(row, end))) {
                return false;
            }
        }
        return true;
    }
}
