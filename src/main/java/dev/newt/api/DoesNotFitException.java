package dev.newt.api;

import dev.newt.io.UserException;
import dev.newt.plan.Fit;

/** A run that surely needs more memory than its machine has. {@link TrainingOptions#evenIfTooLarge} starts it all the same. */
public final class DoesNotFitException extends UserException {
    private static final long serialVersionUID = 1L;

    private final transient Fit fit;

    DoesNotFitException(Fit fit) {
        super("this run does not fit into the memory of this machine: it needs about " + (fit.peakBytes() >> 20)
                + " MiB of " + (fit.memoryBytes() >> 20) + " MiB; change the settings as Fit.changes() says");
        this.fit = fit;
    }

    /** What it needs, and which changes would make it fit. */
    public Fit fit() {
        return fit;
    }
}
