package dev.newt.model;

import java.util.OptionalInt;

/**
 * Where a module sits in its block.
 *
 * @param expert whose it is, from 0; empty where the block has one for all tokens
 */
public record Place(Role role, OptionalInt expert) {
    public static Place of(Role role) {
        return new Place(role, OptionalInt.empty());
    }

    public static Place of(Role role, int expert) {
        return new Place(role, OptionalInt.of(expert));
    }
}
