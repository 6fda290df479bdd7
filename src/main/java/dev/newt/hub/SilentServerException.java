package dev.newt.hub;

import java.io.IOException;
import java.time.Duration;

/** A server that takes a request and sends nothing, or does not even take it. */
final class SilentServerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final String server;

    SilentServerException(String server, Duration waited, IOException cause) {
        super(server + " does not answer (waited " + seconds(waited) + " s)", cause);
        this.server = server;
    }

    /** For a server that was given up before. */
    SilentServerException(String server) {
        super(server + " does not answer");
        this.server = server;
    }

    private static String seconds(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? Long.toString(millis / 1000) : Double.toString(millis / 1000.0);
    }

    String server() {
        return server;
    }
}
