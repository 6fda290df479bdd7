package dev.newt.adapter;

import java.util.List;
import java.util.Optional;

/**
 * A low-rank adapter (LoRA, arXiv 2106.09685).
 *
 * @param rank r, the inner width
 * @param alpha the scale's numerator
 * @param dropout probability on the adapter's input while training
 * @param rankStabilized scale by {@code alpha / sqrt(rank)} (rsLoRA, arXiv 2312.03732) instead of {@code alpha / rank}
 * @param dora train each row's magnitude apart from its direction (DoRA, arXiv 2402.09353)
 * @param targets which projections are adapted
 * @param modulesToSave endings of the names of modules that are trained in full and saved with the adapter
 */
public record LoraSettings(
        int rank,
        double alpha,
        double dropout,
        boolean rankStabilized,
        boolean dora,
        Targets targets,
        List<String> modulesToSave) {
    public LoraSettings {
        if (rank < 1) {
            throw new IllegalArgumentException("rank " + rank);
        }
        if (!(dropout >= 0 && dropout < 1)) {
            throw new IllegalArgumentException("dropout " + dropout);
        }
        modulesToSave = List.copyOf(modulesToSave);
    }

    /** The factor on {@code B A}. */
    public double scale() {
        return rankStabilized ? alpha / Math.sqrt(rank) : alpha / rank;
    }

    /**
     * Which projections are adapted: all, those whose name is or ends with one of some names, or those whose whole name matches a regular
     * expression. A union where several are given.
     */
    public record Targets(boolean allLinear, List<String> names, Optional<String> pattern) {
        public static final Targets ALL_LINEAR = new Targets(true, List.of(), Optional.empty());

        public Targets {
            names = List.copyOf(names);
        }

        public static Targets named(String... names) {
            return new Targets(false, List.of(names), Optional.empty());
        }
    }
}
