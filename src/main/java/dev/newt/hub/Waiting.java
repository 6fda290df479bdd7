package dev.newt.hub;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long servers are waited for. A server that says nothing is given up after a while, and one that was given up is not waited for a
 * second time: what else would be asked of it fails at once.
 */
final class Waiting {
    private static final Duration CONNECT = Duration.ofSeconds(10);

    /** Two such waits and the pause between them are half a minute. */
    static final Duration SILENCE = Duration.ofSeconds(14);

    /**
     * @param connect until a server takes the connection
     * @param silence until it sends the next byte
     * @param first in all, pauses included, for a server that has sent nothing yet
     * @param stalled in all since the last byte of a file
     */
    record Limits(Duration connect, Duration silence, Duration first, Duration stalled) {
        /** All of them, from how long one silence may last. */
        static Limits ofSilence(Duration silence) {
            Duration pauses = Duration.ofSeconds(2);
            return new Limits(
                    silence.compareTo(CONNECT) < 0 ? silence : CONNECT,
                    silence,
                    silence.multipliedBy(2).plus(pauses),
                    silence.multipliedBy(4).plus(pauses.multipliedBy(2)));
        }
    }

    private final Limits limits;
    private final Retries.Clock clock;
    private final Set<String> silent = ConcurrentHashMap.newKeySet();

    Waiting(Limits limits, Retries.Clock clock) {
        this.limits = limits;
        this.clock = clock;
    }

    Limits limits() {
        return limits;
    }

    void sleep(Duration duration) throws InterruptedException {
        clock.sleep(duration);
    }

    static String server(URI uri) {
        return String.valueOf(uri.getAuthority());
    }

    boolean gaveUp(String server) {
        return silent.contains(server);
    }

    void giveUp(String server) {
        silent.add(server);
    }
}
