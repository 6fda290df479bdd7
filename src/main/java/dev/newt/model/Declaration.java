package dev.newt.model;

import dev.newt.tensor.Shape;

/**
 * A module that a part needs weights for.
 *
 * @param role what it is for in the part
 * @param weight its weight's shape; [out, in] of a linear layer, [width] of a norm
 * @param bias whether it has a bias, [out] or [width]
 */
public record Declaration(Role role, Shape weight, boolean bias) {
    static Declaration linear(Role role, long in, long out, boolean bias) {
        return new Declaration(role, Shape.of(out, in), bias);
    }
}
