package dev.newt.data;

/** Waiting where a checked exception cannot pass, as within a consumer of rows. */
final class Interruptible {
    private Interruptible() {}

    /** Thrown where a waiting thread was interrupted. The thread's flag is set again. */
    static final class Interrupted extends RuntimeException {
        private static final long serialVersionUID = 1;

        Interrupted(InterruptedException cause) {
            super("interrupted while data were waited for", cause);
        }
    }

    @FunctionalInterface
    interface Waiting {
        void run() throws InterruptedException;
    }

    @FunctionalInterface
    interface WaitingFor<T> {
        T get() throws InterruptedException;
    }

    /** Stops a thread that was interrupted while it did not wait. */
    static void check() {
        run(() -> {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        });
    }

    static void run(Waiting waiting) {
        get(() -> {
            waiting.run();
            return true;
        });
    }

    static <T> T get(WaitingFor<T> waiting) {
        try {
            return waiting.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Interrupted(e);
        }
    }

    /** What another thread threw, to be thrown again. */
    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException failure ? failure : new IllegalStateException(thrown);
    }
}
