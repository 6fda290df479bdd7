package dev.newt.optim;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The learning rate of each optimizer step, by the formulas of Hugging Face's schedulers: a linear warm-up from 0, then the named decay.
 *
 * @param kind of decay
 * @param peak the rate at the end of the warm-up
 * @param warmupSteps steps before the peak
 * @param totalSteps of the whole run
 * @param minimumRatio where a cosine ends, as a share of the peak
 * @param decayEnd share of all steps after which a cosine has ended and the rate stays; 1 for the whole run
 */
public record LearningRateSchedule(
        Kind kind, double peak, long warmupSteps, long totalSteps, double minimumRatio, double decayEnd) {
    /** The decay after the warm-up. */
    public enum Kind {
        COSINE,
        LINEAR,
        CONSTANT,
        CONSTANT_WITH_WARMUP
    }

    public LearningRateSchedule {
        if (!(peak >= 0) || Double.isInfinite(peak)) {
            throw new IllegalArgumentException("learning rate " + peak);
        }
        if (warmupSteps < 0
                || totalSteps < 0
                || !(minimumRatio >= 0 && minimumRatio <= 1)
                || !(decayEnd > 0 && decayEnd <= 1)) {
            throw new IllegalArgumentException(warmupSteps + " warm-up steps of " + totalSteps + ", minimum ratio "
                    + minimumRatio + ", end of the decay " + decayEnd);
        }
    }

    public LearningRateSchedule(Kind kind, double peak, long warmupSteps, long totalSteps, double minimumRatio) {
        this(kind, peak, warmupSteps, totalSteps, minimumRatio, 1);
    }

    /** The rate of step {@code step}, counted from 0. With a warm-up, step 0 has rate 0. */
    public double at(long step) {
        return peak * factor(step);
    }

    private double factor(long step) {
        if (kind == Kind.CONSTANT) {
            return 1;
        }
        if (step < warmupSteps) {
            return (double) step / Math.max(1, warmupSteps);
        }
        double decaySteps = Math.max(1, totalSteps - warmupSteps);
        return switch (kind) {
            case LINEAR -> Math.max(0, (totalSteps - step) / decaySteps);
            case COSINE -> cosine(decayEnd < 1 ? shortened(step) : (step - warmupSteps) / decaySteps);
            case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
        };
    }

    private double cosine(double progress) {
        return Math.max(0, (1 - minimumRatio) * 0.5 * (1 + Math.cos(Math.PI * progress)) + minimumRatio);
    }

    /** Progress to an earlier end, which Axolotl cuts to whole steps; behind it the cosine stays at its end. */
    private double shortened(long step) {
        long end = (long) (totalSteps * decayEnd);
        return end <= warmupSteps ? 1 : (double) (Math.min(step, end) - warmupSteps) / (end - warmupSteps);
    }

    /**
     * A schedule before the number of steps is known.
     *
     * @param warmupSteps takes precedence over {@code warmupRatio}
     * @param warmupRatio share of all steps, rounded up
     * @param cosineMinimumRatio where a cosine ends, as a share of the peak
     * @param cosineEnd share of all steps after which it has ended; 1 for the whole run
     */
    public record Settings(
            Kind kind,
            double learningRate,
            OptionalLong warmupSteps,
            OptionalDouble warmupRatio,
            double cosineMinimumRatio,
            double cosineEnd) {
        public Settings(
                Kind kind,
                double learningRate,
                OptionalLong warmupSteps,
                OptionalDouble warmupRatio,
                double cosineMinimumRatio) {
            this(kind, learningRate, warmupSteps, warmupRatio, cosineMinimumRatio, 1);
        }

        public LearningRateSchedule over(long totalSteps) {
            long warmup = warmupSteps.orElseGet(() -> (long) Math.ceil(totalSteps * warmupRatio.orElse(0)));
            return new LearningRateSchedule(kind, learningRate, warmup, totalSteps, cosineMinimumRatio, cosineEnd);
        }
    }
}
