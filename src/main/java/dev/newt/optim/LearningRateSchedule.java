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
 */
public record LearningRateSchedule(Kind kind, double peak, long warmupSteps, long totalSteps, double minimumRatio) {
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
        if (warmupSteps < 0 || totalSteps < 0 || !(minimumRatio >= 0 && minimumRatio <= 1)) {
            throw new IllegalArgumentException(
                    warmupSteps + " warm-up steps of " + totalSteps + ", minimum ratio " + minimumRatio);
        }
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
            case COSINE -> {
                double cosine = 0.5 * (1 + Math.cos(Math.PI * ((step - warmupSteps) / decaySteps)));
                yield Math.max(0, (1 - minimumRatio) * cosine + minimumRatio);
            }
            case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
        };
    }

    /**
     * A schedule before the number of steps is known.
     *
     * @param warmupSteps takes precedence over {@code warmupRatio}
     * @param warmupRatio share of all steps, rounded up
     * @param cosineMinimumRatio where a cosine ends, as a share of the peak
     */
    public record Settings(
            Kind kind,
            double learningRate,
            OptionalLong warmupSteps,
            OptionalDouble warmupRatio,
            double cosineMinimumRatio) {
        public LearningRateSchedule over(long totalSteps) {
            long warmup = warmupSteps.orElseGet(() -> (long) Math.ceil(totalSteps * warmupRatio.orElse(0)));
            return new LearningRateSchedule(kind, learningRate, warmup, totalSteps, cosineMinimumRatio);
        }
    }
}
