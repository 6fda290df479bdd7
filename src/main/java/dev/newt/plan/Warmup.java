package dev.newt.plan;

import java.util.Optional;

/**
 * Steps over which the learning rate rises from 0, by Axolotl's rules: a given number; or a given part of all steps, rounded down; or else
 * 3 percent, 100 at most. A single step would do nothing, since the first step's rate is 0: it becomes two.
 *
 * @param none the schedule has no warm-up
 */
public record Warmup(Optional<Integer> steps, Optional<Double> ratio, boolean none) {
    private static final double USUAL_RATIO = 0.03;
    private static final int USUAL_LIMIT = 100;

    /** The number of steps in a run of {@code total}. */
    public long of(long total) {
        if (none) {
            return 0;
        }
        long count = steps.map(Integer::longValue).orElseGet(() -> ratio.map(part -> (long) (part * total))
                .orElseGet(() -> Math.min((long) (USUAL_RATIO * total), USUAL_LIMIT)));
        return count == 1 ? 2 : count;
    }

    String rule() {
        if (none) {
            return "none";
        }
        return steps.map(count -> count + " steps")
                .orElseGet(() ->
                        ratio.map(part -> Text.percent(part) + " of the steps").orElse("3% of the steps, 100 at most"));
    }
}
