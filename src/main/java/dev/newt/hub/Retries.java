package dev.newt.hub;

import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Optional;

/**
 * Retries after transient failures: a broken connection, status 429 or 5xx. The wait doubles each time, and is at least as long as the
 * server asks for. {@link Waiting} says when a silent server is given up.
 */
final class Retries {
    private static final int MOST_FAILURES = 5;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /** How time passes. */
    @FunctionalInterface
    interface Clock {
        Clock SYSTEM = duration -> Thread.sleep(duration.toMillis());

        void sleep(Duration duration) throws InterruptedException;
    }

    /** Something that may fail. */
    @FunctionalInterface
    interface Attempt<T> {
        T make() throws IOException;
    }

    private final Waiting waiting;
    private final DownloadListener listener;
    private int failures;
    private boolean gained;
    private long since = System.nanoTime();

    Retries(Waiting waiting, DownloadListener listener) {
        this.waiting = waiting;
        this.listener = listener;
    }

    /** There was progress, so failures are counted from here. */
    void succeeded() {
        failures = 0;
        gained = true;
        since = System.nanoTime();
    }

    <T> T call(String what, Attempt<T> attempt) throws IOException {
        while (true) {
            try {
                return attempt.make();
            } catch (IOException e) {
                Duration wait = waitAfter(e).orElseThrow(() -> e);
                listener.note(what + ": " + reason(e) + "; trying again in " + wait.toSeconds() + " s");
                sleep(wait);
            }
        }
    }

    private Optional<Duration> waitAfter(IOException e) {
        failures++;
        if (failures >= MOST_FAILURES
                || e instanceof UnknownHostException
                || (e instanceof HttpFailure failure && !failure.passes())) {
            return Optional.empty();
        }
        Duration wait = FIRST_WAIT.multipliedBy(1L << (failures - 1));
        Duration asked = e instanceof HttpFailure failure ? failure.retryAfter().orElse(Duration.ZERO) : Duration.ZERO;
        Duration longer = asked.compareTo(wait) > 0 ? asked : wait;
        if (e instanceof SilentServerException silent) {
            return waitForSilent(silent, wait);
        }
        return longer.compareTo(LONGEST_WAIT) > 0 ? Optional.empty() : Optional.of(longer);
    }

    /** Another wait only if it ends in time. */
    private Optional<Duration> waitForSilent(SilentServerException e, Duration pause) {
        Waiting.Limits limits = waiting.limits();
        Duration end = Duration.ofNanos(System.nanoTime() - since).plus(pause).plus(limits.silence());
        if (waiting.gaveUp(e.server()) || end.compareTo(gained ? limits.stalled() : limits.first()) > 0) {
            waiting.giveUp(e.server());
            return Optional.empty();
        }
        return Optional.of(pause);
    }

    private void sleep(Duration wait) throws IOException {
        try {
            waiting.sleep(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting to try again", e);
        }
    }

    /** A failure in words; Java sometimes gives none. */
    static String reason(IOException e) {
        if (e instanceof UnknownHostException) {
            return "the server " + e.getMessage() + " cannot be found (no network, or a wrong name)";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
