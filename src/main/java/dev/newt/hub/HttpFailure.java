package dev.newt.hub;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** An answer that is not what was asked for. */
final class HttpFailure extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient Optional<Duration> retryAfter;
    private final transient Optional<String> code;

    /**
     * @param status the HTTP status
     * @param retryAfter how long the server asks to wait
     * @param code the hub's own code for what is wrong
     * @param words the server's message for people
     */
    HttpFailure(int status, Optional<Duration> retryAfter, Optional<String> code, String words) {
        super("HTTP status " + status + (words.isEmpty() ? "" : " (" + words + ")"));
        this.status = status;
        this.retryAfter = retryAfter;
        this.code = code;
    }

    int status() {
        return status;
    }

    Optional<Duration> retryAfter() {
        return retryAfter;
    }

    boolean hasCode(String wanted) {
        return code.filter(wanted::equals).isPresent();
    }

    /** Whether the same request may succeed later. */
    boolean passes() {
        return status == 408 || status == 425 || status == 429 || status >= 500;
    }
}
