package dev.newt.model.family;

import dev.newt.model.DecoderSpec;
import dev.newt.tensor.Shape;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * All tensors of a model, in the order of the model's own state: embedding, blocks, final norm, head. A tied head has none, for its weight
 * is the embedding's.
 */
public final class TensorSlots {
    private final Map<String, TensorSlot> byName;

    private TensorSlots(Map<String, TensorSlot> byName) {
        this.byName = byName;
    }

    static TensorSlots of(DecoderSpec spec, ModuleNames names) {
        Builder builder = new Builder(spec, names);
        Module[] modules = Module.values();
        builder.add(Module.EMBEDDING, OptionalInt.empty());
        for (int layer = 0; layer < spec.layers(); layer++) {
            for (Module module : modules) {
                if (module.inEachLayer()) {
                    builder.add(module, OptionalInt.of(layer));
                }
            }
        }
        builder.add(Module.FINAL_NORM, OptionalInt.empty());
        if (!spec.tiedHead()) {
            builder.add(Module.HEAD, OptionalInt.empty());
        }
        return new TensorSlots(builder.slots);
    }

    public List<TensorSlot> all() {
        return List.copyOf(byName.values());
    }

    /** The slot of a tensor name as this model's family writes it. */
    public Optional<TensorSlot> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The slot of a module in a block, or outside the blocks; empty where this model has none. */
    public Optional<TensorSlot> find(Module module, OptionalInt layer, boolean bias) {
        return byName.values().stream()
                .filter(slot -> slot.module() == module && slot.layer().equals(layer) && slot.bias() == bias)
                .findFirst();
    }

    /** The weights of the linear layers inside the blocks: what adapters are put on and what is stored in fewer bits. */
    public List<TensorSlot> blockLinears() {
        return byName.values().stream()
                .filter(slot -> slot.module().isLinear() && slot.layer().isPresent() && !slot.bias())
                .toList();
    }

    /** How many parameters each part holds; parts that hold none count 0. */
    public Map<Module.Part, Long> parametersByPart() {
        Map<Module.Part, Long> counts = new EnumMap<>(Module.Part.class);
        for (Module.Part part : Module.Part.values()) {
            counts.put(part, 0L);
        }
        for (TensorSlot slot : byName.values()) {
            counts.merge(slot.module().part(), slot.shape().elements(), Long::sum);
        }
        return counts;
    }

    /** How many parameters the model holds; a tied head is not counted twice. */
    public long parameters() {
        return byName.values().stream()
                .mapToLong(slot -> slot.shape().elements())
                .sum();
    }

    private static final class Builder {
        private final DecoderSpec spec;
        private final ModuleNames names;
        private final Map<String, TensorSlot> slots = new LinkedHashMap<>();

        Builder(DecoderSpec spec, ModuleNames names) {
            this.spec = spec;
            this.names = names;
        }

        void add(Module module, OptionalInt layer) {
            String name = names.name(module, layer.orElse(0));
            Shape weight = weightShape(module);
            put(new TensorSlot(module, false, layer, name + ".weight", weight));
            if (hasBias(module)) {
                put(new TensorSlot(module, true, layer, name + ".bias", Shape.of(weight.dim(0))));
            }
        }

        private void put(TensorSlot slot) {
            slots.put(slot.name(), slot);
        }

        private Shape weightShape(Module module) {
            long hidden = spec.hidden();
            long intermediate = spec.feedForward().intermediate();
            return switch (module) {
                case EMBEDDING, HEAD -> Shape.of(spec.vocabulary(), hidden);
                case QUERY -> Shape.of(spec.attention().queryWidth(), hidden);
                case KEY, VALUE -> Shape.of(spec.attention().keyWidth(), hidden);
                case ATTENTION_OUTPUT -> Shape.of(hidden, spec.attention().queryWidth());
                case GATE, UP -> Shape.of(intermediate, hidden);
                case DOWN -> Shape.of(hidden, intermediate);
                case ATTENTION_NORM, MLP_NORM, FINAL_NORM -> Shape.of(hidden);
            };
        }

        private boolean hasBias(Module module) {
            return switch (module) {
                case QUERY, KEY, VALUE -> spec.attention().qkvBias();
                case ATTENTION_OUTPUT -> spec.attention().outputBias();
                case GATE, UP, DOWN -> spec.feedForward().bias();
                default -> false;
            };
        }
    }
}
