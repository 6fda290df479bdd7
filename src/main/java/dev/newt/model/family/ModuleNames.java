package dev.newt.model.family;

import java.util.EnumMap;
import java.util.Map;

/** A family's names of its modules, as transformers and peft see them. {@code {}} stands for the block's number. */
record ModuleNames(Map<Module, String> patterns) {
    /** The names that Llama set and most later families kept. */
    static final ModuleNames LLAMA = llama();

    String name(Module module, int layer) {
        return patterns.get(module).replace("{}", Integer.toString(layer));
    }

    private static ModuleNames llama() {
        Map<Module, String> names = new EnumMap<>(Module.class);
        names.put(Module.EMBEDDING, "model.embed_tokens");
        names.put(Module.QUERY, "model.layers.{}.self_attn.q_proj");
        names.put(Module.KEY, "model.layers.{}.self_attn.k_proj");
        names.put(Module.VALUE, "model.layers.{}.self_attn.v_proj");
        names.put(Module.ATTENTION_OUTPUT, "model.layers.{}.self_attn.o_proj");
        names.put(Module.GATE, "model.layers.{}.mlp.gate_proj");
        names.put(Module.UP, "model.layers.{}.mlp.up_proj");
        names.put(Module.DOWN, "model.layers.{}.mlp.down_proj");
        names.put(Module.ATTENTION_NORM, "model.layers.{}.input_layernorm");
        names.put(Module.MLP_NORM, "model.layers.{}.post_attention_layernorm");
        names.put(Module.FINAL_NORM, "model.norm");
        names.put(Module.HEAD, "lm_head");
        return new ModuleNames(Map.copyOf(names));
    }
}
