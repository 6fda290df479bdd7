package dev.newt.model.family;

import dev.newt.model.Role;
import dev.newt.tensor.Shape;
import java.util.OptionalInt;

/**
 * One tensor that a model's weights must hold.
 *
 * @param role of the layer it belongs to
 * @param bias the module's bias; else its weight
 * @param layer the block, from 0; empty outside the blocks
 * @param name in the checkpoint, such as {@code model.layers.0.self_attn.q_proj.weight}
 */
public record TensorSlot(Role role, boolean bias, OptionalInt layer, String name, Shape shape) {
    /** The module's name as peft and transformers see it, such as {@code model.layers.0.self_attn.q_proj}. */
    public String moduleName() {
        return name.substring(0, name.lastIndexOf('.'));
    }
}
