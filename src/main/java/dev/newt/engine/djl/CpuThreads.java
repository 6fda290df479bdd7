package dev.newt.engine.djl;

import dev.newt.io.UserException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How many threads an operation may use, and what they do while they wait for each other.
 *
 * @param count of threads; empty: as many as the container may use
 */
record CpuThreads(Optional<Integer> count, Wait waiting) {
    static final String COUNT = "NEWT_THREADS";
    static final String WAIT = "NEWT_WAIT";

    /** Waiting threads of OpenMP. */
    enum Wait {
        /** Spin while the machine is ours, sleep while others need it. */
        AUTO,
        /** Always spin: fastest on an idle machine, many times slower on a busy one. */
        ACTIVE,
        /** Always sleep. */
        PASSIVE,
        /** As OpenMP's own variables say, which the user has set. */
        AS_SET
    }

    /**
     * From NEWT_THREADS and NEWT_WAIT, and from OpenMP's own OMP_WAIT_POLICY and GOMP_SPINCOUNT where only those are set.
     *
     * @throws UserException where a value is none of those that are understood
     */
    static CpuThreads of(Map<String, String> environment) {
        return new CpuThreads(
                Optional.ofNullable(environment.get(COUNT)).map(CpuThreads::count),
                Optional.ofNullable(environment.get(WAIT))
                        .map(CpuThreads::waiting)
                        .orElseGet(() -> asSet(environment)));
    }

    /**
     * The number of threads to use.
     *
     * @param available processors that the container's quota and affinity leave, as the JVM counts them
     * @param library threads that libtorch would use by itself, which knows OMP_NUM_THREADS but no quota
     */
    int count(int available, int library) {
        return count.orElseGet(() -> Math.max(1, Math.min(available, library)));
    }

    private static int count(String written) {
        if (!written.strip().matches("[1-9][0-9]{0,3}")) {
            throw new UserException(
                    COUNT + "=" + written + ": the number of threads must be a whole number from 1 to 9999.");
        }
        return Integer.parseInt(written.strip());
    }

    private static Wait waiting(String written) {
        return switch (written.strip().toLowerCase(Locale.ROOT)) {
            case "auto" -> Wait.AUTO;
            case "active" -> Wait.ACTIVE;
            case "passive" -> Wait.PASSIVE;
            default -> throw new UserException(WAIT + "=" + written
                    + ": waiting threads can be auto (spin, but sleep while other processes need the processors), active"
                    + " (always spin) or passive (always sleep).");
        };
    }

    private static Wait asSet(Map<String, String> environment) {
        return environment.containsKey("OMP_WAIT_POLICY") || environment.containsKey("GOMP_SPINCOUNT")
                ? Wait.AS_SET
                : Wait.AUTO;
    }
}
