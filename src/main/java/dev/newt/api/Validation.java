package dev.newt.api;

import dev.newt.config.yaml.Problem;
import dev.newt.io.UserException;
import java.util.List;
import java.util.Optional;

/**
 * Whether settings can be used.
 *
 * @param warnings of the configuration, with their places
 * @param notes of the plan, which have no place in the configuration
 * @param refusal empty where nothing is wrong; its message has a line for each problem
 */
public record Validation(List<Problem> warnings, List<String> notes, Optional<UserException> refusal) {
    public Validation {
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
    }

    /** Whether a run may begin; warnings do not hinder it. */
    public boolean isValid() {
        return refusal.isEmpty();
    }
}
