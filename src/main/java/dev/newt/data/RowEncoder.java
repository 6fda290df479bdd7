package dev.newt.data;

import dev.newt.data.dataset.Ending;
import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.RowFinding;
import dev.newt.io.Sha256;
import dev.newt.rows.RawRow;
import dev.newt.rows.Row;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Takes rows apart and turns them into examples on threads of its own, and hands these on in the order of the rows. What waits is bounded in
 * rows and in bytes. For one thread.
 */
final class RowEncoder implements AutoCloseable {
    private static final int ROWS_PER_TASK = 64;
    private static final int BYTES_PER_TASK = 1 << 18;
    private static final int TASKS_PER_THREAD = 4;

    /**
     * What became of a row.
     *
     * @param source data set that it is of
     * @param fingerprint of its content; empty if none is wanted
     * @param ending whether what is trained of it is meant to end with an end token
     */
    record Encoded(
            Row row,
            DataSource source,
            byte[] fingerprint,
            List<Example> examples,
            Ending ending,
            Set<RowFinding> findings) {}

    /** Takes what became of the rows. */
    @FunctionalInterface
    interface Sink {
        void accept(Encoded encoded);
    }

    /** The rows of a task: those before the first that failed, and what was wrong with that. */
    private record Done(List<Encoded> encoded, Optional<RuntimeException> failure) {}

    /** A row that no thread has yet. */
    private record Waiting(RawRow row, DataSource source) {}

    private final ExecutorService threads;
    private final int mostTasks;
    private final boolean fingerprints;
    private final Sink sink;
    private final Deque<Future<Done>> tasks = new ArrayDeque<>();
    private final List<Waiting> waiting = new ArrayList<>();
    private long waitingBytes;

    /**
     * @param fingerprints whether the rows' contents are to be compared
     * @param sink is called on the thread that adds the rows
     */
    RowEncoder(int threads, boolean fingerprints, Sink sink) {
        this.threads = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "data-preparation");
            thread.setDaemon(true);
            return thread;
        });
        this.mostTasks = threads * TASKS_PER_THREAD;
        this.fingerprints = fingerprints;
        this.sink = sink;
    }

    /** Takes the next row. What became of earlier ones may be handed on. */
    void add(RawRow row, DataSource source) {
        waiting.add(new Waiting(row, source));
        waitingBytes += row.size();
        if (waiting.size() == ROWS_PER_TASK || waitingBytes >= BYTES_PER_TASK) {
            submit();
            while (tasks.size() >= mostTasks
                    || (!tasks.isEmpty() && tasks.element().isDone())) {
                handOn(tasks.remove());
            }
        }
    }

    /** Hands on what became of all rows so far. */
    void finish() {
        submit();
        while (!tasks.isEmpty()) {
            handOn(tasks.remove());
        }
    }

    private void submit() {
        List<Waiting> own = List.copyOf(waiting);
        tasks.add(threads.submit(() -> encoded(own)));
        waiting.clear();
        waitingBytes = 0;
    }

    private Done encoded(List<Waiting> rows) {
        List<Encoded> done = new ArrayList<>();
        try {
            for (Waiting next : rows) {
                done.add(encoded(next.row().row(), next.source()));
            }
            return new Done(done, Optional.empty());
        } catch (RuntimeException e) {
            return new Done(done, Optional.of(e));
        }
    }

    private Encoded encoded(Row row, DataSource source) {
        Set<RowFinding> findings = EnumSet.noneOf(RowFinding.class);
        byte[] fingerprint =
                fingerprints ? new Sha256().add(row.fields().toString()).digest() : new byte[0];
        List<Example> examples = source.strategy().examples(row, findings::add);
        return new Encoded(row, source, fingerprint, examples, source.strategy().ending(row), findings);
    }

    private void handOn(Future<Done> task) {
        try {
            Done done = task.get();
            done.encoded().forEach(sink::accept);
            if (done.failure().isPresent()) {
                throw done.failure().get();
            }
        } catch (ExecutionException e) {
            throw Interruptible.unchecked(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Interruptible.Interrupted(e);
        }
    }

    /** Waits for what is being done, interrupted or not: the tokenizer may be closed behind it. */
    @Override
    public void close() {
        threads.shutdownNow();
        boolean interrupted = Thread.interrupted();
        try {
            threads.awaitTermination(1, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
