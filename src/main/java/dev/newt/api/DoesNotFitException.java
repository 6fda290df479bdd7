package dev.newt.api;

import dev.newt.io.UserException;
import dev.newt.plan.Fit;
import java.util.stream.Collectors;

/** A run that surely needs more memory than its machine has. {@link TrainingOptions#evenIfTooLarge} starts it all the same. */
public final class DoesNotFitException extends UserException {
    private static final long serialVersionUID = 1L;

    private final transient Fit fit;

    DoesNotFitException(Fit fit) {
        super("this run does not fit into the memory of this machine: it needs about " + (fit.peakBytes() >> 20)
                + " MiB and there are " + (fit.memoryBytes() >> 20) + "; " + advice(fit));
        this.fit = fit;
    }

    private static String advice(Fit fit) {
        return fit.changes().isEmpty()
                ? "no change of a setting would make it fit"
                : fit.changes().stream()
                        .map(change -> String.join(" ", change.overrides()))
                        .collect(Collectors.joining(", or ", "it would fit with ", ""));
    }

    /** What it needs, and which changes would make it fit. */
    public Fit fit() {
        return fit;
    }
}
