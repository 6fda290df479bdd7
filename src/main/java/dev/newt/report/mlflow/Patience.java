package dev.newt.report.mlflow;

import java.time.Duration;

/**
 * How long to wait for a server.
 *
 * @param answer for the answer to one request
 * @param attempts to begin, and to send one item after the run's end
 * @param retry before the second attempt; twice as long before each further one, up to {@code longestRetry}
 * @param flush for what is left to send when the run ends
 * @param upload for one checkpoint's file, and for all that are left when the run ends
 * @param stalled for a server that takes nothing more of them when the run ends
 */
record Patience(
        Duration answer,
        int attempts,
        Duration retry,
        Duration longestRetry,
        Duration flush,
        Duration upload,
        Duration stalled) {
    static final Patience USUAL = new Patience(
            Duration.ofSeconds(10),
            3,
            Duration.ofSeconds(1),
            Duration.ofMinutes(1),
            Duration.ofSeconds(15),
            Duration.ofMinutes(5),
            Duration.ofSeconds(45));

    Duration before(int attempt) {
        Duration wait = retry;
        for (int i = 2; i < attempt && wait.compareTo(longestRetry) < 0; i++) {
            wait = wait.multipliedBy(2);
        }
        return wait.compareTo(longestRetry) < 0 ? wait : longestRetry;
    }
}
