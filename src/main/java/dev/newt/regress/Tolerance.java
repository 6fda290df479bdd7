package dev.newt.regress;

import dev.newt.io.UserException;

/**
 * How far a value may be from the baseline's, as a fraction of it. Numbers of tokens must be equal.
 *
 * @param loss of each step
 * @param gradNorm of each step, before clipping
 */
public record Tolerance(double loss, double gradNorm) {
    /** Differences between processors and numbers of threads in the first steps of a 32-bit run stay well below this. */
    public static final Tolerance USUAL = new Tolerance(1e-3, 1e-2);

    /** Below this, a value's rounding error is as large as the value, so that a fraction of it means nothing. */
    private static final double SMALLEST = 1e-2;

    public Tolerance {
        if (!(loss >= 0 && gradNorm >= 0)) {
            throw new UserException("tolerances of " + loss + " and " + gradNorm
                    + ": each must be a fraction of the value, 0 or more, such as 0.001");
        }
    }

    /** @param text {@code LOSS}, or {@code LOSS,GRADNORM}; the latter is ten times the former if it is not given */
    public static Tolerance parse(String text) {
        String[] parts = text.split(",", -1);
        try {
            if (parts.length <= 2) {
                double loss = Double.parseDouble(parts[0].strip());
                return new Tolerance(loss, parts.length == 2 ? Double.parseDouble(parts[1].strip()) : 10 * loss);
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw new UserException("--tolerance is " + text
                + "; it takes a fraction for the loss and one for the gradient norm, such as 0.001,0.01");
    }

    /** Whether {@code now} is within {@code part} of {@code baseline}; false if either is not a number. */
    static boolean near(double baseline, double now, double part) {
        return Math.abs(now - baseline) <= part * Math.max(Math.abs(baseline), SMALLEST);
    }
}
