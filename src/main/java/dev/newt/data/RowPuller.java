package dev.newt.data;

import dev.newt.rows.RawRow;
import dev.newt.rows.RowReader;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** The rows of one data set, again and again, each when it is asked for; a thread of its own reads a few ahead. */
final class RowPuller implements AutoCloseable {
    private static final int ROWS_AHEAD = 64;

    private final DataSource source;
    private final long seed;
    private final String key;
    private final BlockingQueue<Outcome> ahead = new ArrayBlockingQueue<>(ROWS_AHEAD);
    private final Thread thread;
    private RawRow held;

    RowPuller(DataSource source, long seed, String key) {
        this.source = source;
        this.seed = seed;
        this.key = key;
        this.thread = new Thread(this::run, "data-reading");
        thread.setDaemon(true);
        thread.start();
    }

    /** @param last whether the data set has no row behind it */
    record Pulled(RawRow row, boolean last) {}

    private sealed interface Outcome {
        record Row(Pulled pulled) implements Outcome {}

        record Failure(Throwable thrown) implements Outcome {}
    }

    /** The next row; behind the last one the first again. */
    Pulled next() {
        Outcome outcome = Interruptible.get(ahead::take);
        if (outcome instanceof Outcome.Row row) {
            return row.pulled();
        }
        throw Interruptible.unchecked(((Outcome.Failure) outcome).thrown());
    }

    private void run() {
        try {
            read();
        } catch (Interruptible.Interrupted e) {
            // Nobody asks any more.
        }
    }

    private void read() {
        try (RowReader reader = new RowReader()) {
            while (true) {
                held = null;
                source.read(reader, seed, row -> {
                    if (held != null) {
                        put(new Outcome.Row(new Pulled(held, false)));
                    }
                    held = row;
                });
                if (held == null) {
                    throw source.hasNoRows(key);
                }
                put(new Outcome.Row(new Pulled(held, true)));
            }
        } catch (Interruptible.Interrupted e) {
            throw e;
        } catch (RuntimeException | Error e) {
            put(new Outcome.Failure(e));
        }
    }

    private void put(Outcome outcome) {
        Interruptible.run(() -> ahead.put(outcome));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
