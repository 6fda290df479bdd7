package dev.newt.config;

import java.util.Optional;

/** A value out of a fixed set; implemented by enums. */
public interface Choice {
    /** As it is written in YAML. {@code true}, {@code false} and {@code no} stand for the plain words. */
    String text();

    /** What a user who picks this should know, because it differs from what Axolotl does; printed as a warning. */
    default Optional<String> note() {
        return Optional.empty();
    }
}
