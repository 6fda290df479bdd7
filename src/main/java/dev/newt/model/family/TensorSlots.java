package dev.newt.model.family;

import dev.newt.model.Declaration;
import dev.newt.model.DecoderSpec;
import dev.newt.model.Place;
import dev.newt.model.Role;
import dev.newt.tensor.Shape;
import java.util.Comparator;
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
    /** By role, but one expert after the other. */
    private static final Comparator<Declaration> ORDER = Comparator.comparing(
                    (Declaration declared) -> declared.place().expert().isPresent() ? Role.EXPERT_GATE : declared.role())
            .thenComparing(declared -> declared.place().expert().orElse(0))
            .thenComparing(Declaration::role);

    private final Map<String, TensorSlot> byName;
    private final ModuleNames names;

    private TensorSlots(Map<String, TensorSlot> byName, ModuleNames names) {
        this.names = names;
        this.byName = byName;
    }

    static TensorSlots of(DecoderSpec spec, ModuleNames names) {
        TensorSlots slots = new TensorSlots(new LinkedHashMap<>(), names);
        Shape table = Shape.of(spec.vocabulary(), spec.hidden());
        slots.add(Declaration.of(Role.EMBEDDING, table, false), OptionalInt.empty());
        for (int layer = 0; layer < spec.layers(); layer++) {
            OptionalInt number = OptionalInt.of(layer);
            spec.blocks().get(layer).declare(spec.hidden()).stream()
                    .sorted(ORDER)
                    .forEach(declared -> slots.add(declared, number));
        }
        slots.add(spec.finalNorm().declare(Role.FINAL_NORM, spec.hidden()), OptionalInt.empty());
        if (!spec.tiedHead()) {
            slots.add(Declaration.of(Role.HEAD, table, false), OptionalInt.empty());
        }
        return slots;
    }

    private void add(Declaration declared, OptionalInt layer) {
        String name = names.name(declared.place(), layer.orElse(0));
        put(new TensorSlot(declared, false, layer, name + ".weight"));
        if (declared.bias()) {
            put(new TensorSlot(declared, true, layer, name + ".bias"));
        }
    }

    private void put(TensorSlot slot) {
        byName.put(slot.name(), slot);
    }

    /** What the family calls a module outside the blocks, also one that is tied and holds no tensor. */
    public String moduleName(Role role) {
        return names.name(Place.of(role), 0);
    }

    public List<TensorSlot> all() {
        return List.copyOf(byName.values());
    }

    /** The slot of a tensor name as this model's family writes it. */
    public Optional<TensorSlot> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The slot of a module in a block, or outside the blocks; empty where this model has none. */
    public Optional<TensorSlot> find(Role role, OptionalInt layer, boolean bias) {
        return byName.values().stream()
                .filter(slot -> slot.role() == role && slot.layer().equals(layer) && slot.bias() == bias)
                .findFirst();
    }

    /** Where in a stack, if this family has such, a slot's tensor may lie. */
    Optional<Stack.Part> stacked(TensorSlot slot) {
        return names.stacks().stream()
                .filter(stack -> !slot.bias() && stack.roles().contains(slot.role()))
                .findFirst()
                .map(stack -> part(stack, slot));
    }

    private Stack.Part part(Stack stack, TensorSlot slot) {
        int layer = slot.layer().orElseThrow();
        String name = stack.pattern().replace("{}", Integer.toString(layer));
        if (slot.place().expert().isEmpty()) {
            return new Stack.Part(name, slot.shape(), 0);
        }
        long columns = slot.shape().dim(1);
        long rows = 0;
        long above = 0;
        for (Role role : stack.roles()) {
            if (role == slot.role()) {
                above = rows;
            }
            rows += weight(Place.of(role, 0), layer).orElseThrow().shape().dim(0);
        }
        int experts = 0;
        while (weight(Place.of(slot.role(), experts), layer).isPresent()) {
            experts++;
        }
        long first = (slot.place().expert().getAsInt() * rows + above) * columns;
        return new Stack.Part(name, Shape.of(experts, rows, columns), first);
    }

    private Optional<TensorSlot> weight(Place place, int layer) {
        return find(names.name(place, layer) + ".weight");
    }

    /** The weights of the linear layers inside the blocks: what adapters are put on. */
    public List<TensorSlot> blockLinears() {
        return byName.values().stream().filter(TensorSlot::isProjection).toList();
    }

    /** How many parameters each part holds; parts that hold none count 0. */
    public Map<Role.Part, Long> parametersByPart() {
        Map<Role.Part, Long> counts = new EnumMap<>(Role.Part.class);
        for (Role.Part part : Role.Part.values()) {
            counts.put(part, 0L);
        }
        for (TensorSlot slot : byName.values()) {
            counts.merge(slot.role().part(), slot.shape().elements(), Long::sum);
        }
        return counts;
    }

    /** How many parameters a token meets on its way through the model: of the experts, those it is sent to. */
    public long activeParameters() {
        return Math.round(byName.values().stream()
                .mapToDouble(slot -> slot.shape().elements() * slot.module().share())
                .sum());
    }

    /** How many parameters the model holds; a tied head is not counted twice. */
    public long parameters() {
        return byName.values().stream()
                .mapToLong(slot -> slot.shape().elements())
                .sum();
    }
}
