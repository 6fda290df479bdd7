package dev.newt.model;

import dev.newt.tensor.Shape;

/**
 * A module that a part needs weights for.
 *
 * @param weight its weight's shape; [out, in] of a linear layer, [width] of a norm
 * @param bias whether it has a bias, [out] or [width]
 * @param share of the tokens that go through it: 1, or less of an expert's, where it is the mean over the experts
 */
public record Declaration(Place place, Shape weight, boolean bias, double share) {
    /** A module that all tokens go through. */
    public static Declaration of(Role role, Shape weight, boolean bias) {
        return new Declaration(Place.of(role), weight, bias, 1);
    }

    static Declaration linear(Role role, long in, long out, boolean bias) {
        return of(role, Shape.of(out, in), bias);
    }

    public Role role() {
        return place.role();
    }
}
