package dev.newt.model.family;

import dev.newt.model.Place;
import dev.newt.model.Role;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * A family's names of its modules, as transformers and peft see them. {@code {}} stands for the block's number, {@code {expert}} for the expert's.
 *
 * @param stacks other forms that are read, too, but never written
 */
record ModuleNames(Map<Role, String> patterns, List<Stack> stacks) {
    ModuleNames(Map<Role, String> patterns) {
        this(patterns, List.of());
    }

    /** The names that Llama set and most later families kept. */
    static final ModuleNames LLAMA = llama();

    String name(Place place, int layer) {
        String name = patterns.get(place.role()).replace("{}", Integer.toString(layer));
        return place.expert().isPresent()
                ? name.replace("{expert}", Integer.toString(place.expert().getAsInt()))
                : name;
    }

    /** The same with some names of the family's own. */
    ModuleNames with(Map<Role, String> own, List<Stack> ownStacks) {
        Map<Role, String> names = new EnumMap<>(patterns);
        names.putAll(own);
        return new ModuleNames(Map.copyOf(names), ownStacks);
    }

    private static ModuleNames llama() {
        Map<Role, String> names = new EnumMap<>(Role.class);
        names.put(Role.EMBEDDING, "model.embed_tokens");
        names.put(Role.QUERY, "model.layers.{}.self_attn.q_proj");
        names.put(Role.KEY, "model.layers.{}.self_attn.k_proj");
        names.put(Role.VALUE, "model.layers.{}.self_attn.v_proj");
        names.put(Role.ATTENTION_OUTPUT, "model.layers.{}.self_attn.o_proj");
        names.put(Role.QUERY_NORM, "model.layers.{}.self_attn.q_norm");
        names.put(Role.KEY_NORM, "model.layers.{}.self_attn.k_norm");
        names.put(Role.GATE, "model.layers.{}.mlp.gate_proj");
        names.put(Role.UP, "model.layers.{}.mlp.up_proj");
        names.put(Role.DOWN, "model.layers.{}.mlp.down_proj");
        names.put(Role.ATTENTION_NORM, "model.layers.{}.input_layernorm");
        names.put(Role.MLP_NORM, "model.layers.{}.post_attention_layernorm");
        names.put(Role.FINAL_NORM, "model.norm");
        names.put(Role.HEAD, "lm_head");
        return new ModuleNames(Map.copyOf(names));
    }
}
