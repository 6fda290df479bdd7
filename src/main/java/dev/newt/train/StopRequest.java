package dev.newt.train;

import java.util.concurrent.atomic.AtomicInteger;

/** Asks a run to stop, from any thread. */
public final class StopRequest {
    private final AtomicInteger requests = new AtomicInteger();

    /** Returns how often it was asked, this time included. */
    public int request() {
        return requests.incrementAndGet();
    }

    public boolean isRequested() {
        return requests.get() > 0;
    }
}
