package dev.newt.model.family;

import dev.newt.model.Declaration;
import dev.newt.model.Place;
import dev.newt.model.Role;
import dev.newt.tensor.Shape;
import java.util.OptionalInt;

/**
 * One tensor that a model's weights must hold.
 *
 * @param module that it belongs to
 * @param bias the module's bias; else its weight
 * @param layer the block, from 0; empty outside the blocks
 * @param name in the checkpoint, such as {@code model.layers.0.self_attn.q_proj.weight}
 */
public record TensorSlot(Declaration module, boolean bias, OptionalInt layer, String name) {
    public Place place() {
        return module.place();
    }

    public Role role() {
        return module.role();
    }

    public Shape shape() {
        return bias ? Shape.of(module.weight().dim(0)) : module.weight();
    }

    /** The module's name as peft and transformers see it, such as {@code model.layers.0.self_attn.q_proj}. */
    public String moduleName() {
        return name.substring(0, name.lastIndexOf('.'));
    }

    /** Whether it is a matrix of a block that adapters are put on. */
    public boolean isProjection() {
        return role().isLinear() && layer.isPresent() && !bias;
    }

    /** Whether it may be stored in fewer bits: a projection, but a router, which is small and decides much. */
    public boolean isQuantised() {
        return isProjection() && role() != Role.ROUTER;
    }
}
