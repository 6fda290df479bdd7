package dev.newt.regress;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * The result for one configuration.
 *
 * @param config the configuration as it was named
 * @param message one line
 * @param baseline the baseline that was compared or written
 * @param now the run's numbers, as far as it got
 * @param cause the cause of a failure
 */
public record Verdict(
        Path config,
        Status status,
        String message,
        double seconds,
        Optional<Baseline> baseline,
        Optional<Recording> now,
        Optional<RuntimeException> cause) {
    /** The kinds of results. */
    public enum Status {
        /** Equal to the baseline. */
        OK,
        /** A baseline was written. */
        UPDATED,
        /** The numbers have changed. */
        DRIFT,
        /** The numbers are the same, but the plan has changed, which was not allowed. */
        PLAN_CHANGED,
        /** There is no baseline to compare with. */
        NO_BASELINE,
        /** The run did not finish. */
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
