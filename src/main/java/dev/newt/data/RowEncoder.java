package dev.newt.data;

import dev.newt.data.prompt.PromptStrategy;
import dev.newt.data.source.DataFile;
import dev.newt.data.source.RawRow;
import dev.newt.data.source.Row;
import dev.newt.data.source.RowReader;
import dev.newt.data.source.Split;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;

/**
 * Finds rows on the calling thread, takes them apart and turns them into examples on others, and hands these on in the order of the rows.
 * What waits is bounded in rows and in bytes.
 */
final class RowEncoder implements AutoCloseable {
    private static final int ROWS_PER_TASK = 64;
    private static final int BYTES_PER_TASK = 1 << 18;
    private static final int TASKS_PER_THREAD = 4;

    /**
     * What became of a row.
     *
     * @param fingerprint of its content; empty if none is wanted
     */
    record Encoded(Row row, byte[] fingerprint, List<Example> examples, Set<RowFinding> findings) {}

    /** Takes what became of the rows. */
    @FunctionalInterface
    interface Sink {
        void accept(Encoded encoded);
    }

    private final ExecutorService threads;
    private final int mostTasks;
    private final boolean fingerprints;

    /** @param fingerprints whether the rows' contents are to be compared */
    RowEncoder(int threads, boolean fingerprints) {
        this.threads = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "data-preparation");
            thread.setDaemon(true);
            return thread;
        });
        this.mostTasks = threads * TASKS_PER_THREAD;
        this.fingerprints = fingerprints;
    }

    /** @param next asked before each row whether it is wanted */
    void encode(
            RowReader reader,
            List<DataFile> files,
            Split split,
            PromptStrategy strategy,
            BooleanSupplier next,
            Sink sink) {
        Deque<Future<List<Encoded>>> tasks = new ArrayDeque<>();
        List<RawRow> waiting = new ArrayList<>();
        long[] bytes = {0};
        reader.readRaw(files, split, row -> {
            if (!next.getAsBoolean()) {
                return;
            }
            waiting.add(row);
            bytes[0] += row.size();
            if (waiting.size() == ROWS_PER_TASK || bytes[0] >= BYTES_PER_TASK) {
                tasks.add(submit(waiting, strategy));
                waiting.clear();
                bytes[0] = 0;
                while (tasks.size() >= mostTasks
                        || (!tasks.isEmpty() && tasks.element().isDone())) {
                    drain(tasks.remove(), sink);
                }
            }
        });
        tasks.add(submit(waiting, strategy));
        while (!tasks.isEmpty()) {
            drain(tasks.remove(), sink);
        }
    }

    private Future<List<Encoded>> submit(List<RawRow> rows, PromptStrategy strategy) {
        List<RawRow> own = List.copyOf(rows);
        return threads.submit(
                () -> own.stream().map(row -> encoded(row.row(), strategy)).toList());
    }

    private Encoded encoded(Row row, PromptStrategy strategy) {
        Set<RowFinding> findings = EnumSet.noneOf(RowFinding.class);
        byte[] fingerprint =
                fingerprints ? new Sha256().add(row.fields().toString()).digest() : new byte[0];
        List<Example> examples = strategy.examples(row, findings::add);
        return new Encoded(row, fingerprint, examples, findings);
    }

    private static void drain(Future<List<Encoded>> task, Sink sink) {
        try {
            task.get().forEach(sink::accept);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while data were prepared", e);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
