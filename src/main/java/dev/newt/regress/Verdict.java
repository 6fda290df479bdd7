package dev.newt.regress;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of a configuration.
 *
 * @param config as it was named
 * @param message one line
 * @param baseline that was compared with, or written
 * @param now what the run gave, as far as it came
 * @param cause of a failure
 */
public record Verdict(
        Path config,
        Status status,
        String message,
        double seconds,
        Optional<Baseline> baseline,
        Optional<Recording> now,
        Optional<RuntimeException> cause) {
    /** How it went. */
    public enum Status {
        /** As the baseline says. */
        OK,
        /** A baseline was written. */
        UPDATED,
        /** Numbers are not what they were. */
        DRIFT,
        /** Numbers are what they were, but the plan is another, and that was not allowed. */
        PLAN_CHANGED,
        /** There is nothing to compare with. */
        NO_BASELINE,
        /** The run did not come to its end. */
        FAILED,
        /** The configuration, its inputs or its baseline cannot be used. */
        REFUSED;

        /** In words. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }

        public boolean isGood() {
            return this == OK || this == UPDATED;
        }
    }
}
