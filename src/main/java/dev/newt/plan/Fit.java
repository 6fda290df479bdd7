package dev.newt.plan;

import dev.newt.config.LoadedConfig;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * Whether a plan fits into the memory of its device.
 *
 * @param device that was asked about
 * @param memoryBytes of it
 * @param peakBytes of the plan
 * @param verdict also in JSON
 * @param secondsPerStep about; empty where nothing is known of the device's speed
 * @param changes of the configuration that would make it fit, the cheapest first; empty where it fits, and where none of them is enough
 * @param least memory that all known changes together would need; the same as {@code peakBytes} where it fits
 */
public record Fit(
        String device,
        long memoryBytes,
        long peakBytes,
        Verdict verdict,
        OptionalDouble secondsPerStep,
        List<Change> changes,
        long least) {
    /** Estimates are good to 15%. */
    private static final double SURE = 0.85;
    /** Of the peak rate that training reaches, as a rule. */
    private static final double UTILISATION = 0.4;

    public Fit {
        changes = List.copyOf(changes);
    }

    /** What is to be expected. */
    public enum Verdict {
        FITS,
        /** The estimate lies so near to the device's memory that the run may end for want of it. */
        TIGHT,
        DOES_NOT_FIT;

        /** In words. */
        public String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /**
     * Keys to be set.
     *
     * @param overrides such as {@code gradient_checkpointing=true}
     * @param price in words
     * @param peakBytes of the plan with them
     */
    public record Change(List<String> overrides, String price, long peakBytes) {
        public Change {
            overrides = List.copyOf(overrides);
        }
    }

    /** Judges a plan; where it does not surely fit, plans again with keys of the configuration changed. */
    public static Fit of(LoadedConfig loaded, ExecutionPlan plan) {
        return of(plan, () -> Remedies.find(loaded, plan));
    }

    /** Judges a plan of settings that a program made; where it does not surely fit, estimates the memory with settings changed. */
    public static Fit of(ExecutionPlan plan) {
        return of(plan, () -> Remedies.find(plan));
    }

    private static Fit of(ExecutionPlan plan, Supplier<Remedies.Found> remedies) {
        Device device = plan.device();
        long peak = plan.memory().total();
        Verdict verdict = verdict(peak, device.memoryBytes());
        Remedies.Found found = verdict == Verdict.FITS ? new Remedies.Found(List.of(), peak) : remedies.get();
        OptionalDouble seconds = device.peakFlops().isPresent()
                ? OptionalDouble.of(
                        plan.work().step() / (UTILISATION * device.peakFlops().getAsDouble()))
                : OptionalDouble.empty();
        return new Fit(device.name(), device.memoryBytes(), peak, verdict, seconds, found.changes(), found.least());
    }

    static Verdict verdict(long peak, long memory) {
        return peak <= SURE * memory ? Verdict.FITS : peak <= memory ? Verdict.TIGHT : Verdict.DOES_NOT_FIT;
    }
}
