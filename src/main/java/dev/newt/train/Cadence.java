package dev.newt.train;

/** How often something happens in a run. */
public sealed interface Cadence {
    /** The interval in optimizer steps; 0 for never. */
    long interval(long totalSteps, long stepsPerEpoch, double epochs);

    /** Not at all, not at the end either. */
    record Never() implements Cadence {
        @Override
        public long interval(long totalSteps, long stepsPerEpoch, double epochs) {
            return 0;
        }
    }

    /** Every {@code steps} optimizer steps. */
    record EverySteps(long steps) implements Cadence {
        public EverySteps {
            if (steps < 1) {
                throw new IllegalArgumentException("every " + steps + " steps");
            }
        }

        @Override
        public long interval(long totalSteps, long stepsPerEpoch, double epochs) {
            return steps;
        }
    }

    /** Every share of the whole run, rounded up to steps. */
    record EveryShare(double share) implements Cadence {
        public EveryShare {
            if (!(share > 0 && share <= 1)) {
                throw new IllegalArgumentException("every " + share + " of the run");
            }
        }

        @Override
        public long interval(long totalSteps, long stepsPerEpoch, double epochs) {
            return Math.max(1, (long) Math.ceil(totalSteps * share));
        }
    }

    /** At the end of each epoch. */
    record EveryEpoch() implements Cadence {
        @Override
        public long interval(long totalSteps, long stepsPerEpoch, double epochs) {
            return stepsPerEpoch;
        }
    }

    /** This many times an epoch: as Axolotl does it, the share {@code 1 / (times * epochs)} of the run. */
    record TimesPerEpoch(int times) implements Cadence {
        public TimesPerEpoch {
            if (times < 1) {
                throw new IllegalArgumentException(times + " times an epoch");
            }
        }

        @Override
        public long interval(long totalSteps, long stepsPerEpoch, double epochs) {
            return Math.max(1, (long) Math.ceil(totalSteps * (1.0 / (times * epochs))));
        }
    }
}
