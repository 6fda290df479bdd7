package dev.newt.data;

import dev.newt.data.prompt.PromptStrategy;
import dev.newt.data.source.DataFile;
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
import java.util.function.Predicate;

/**
 * Reads rows on the calling thread, turns them into examples on others, and hands these on in the order of the rows. At most a fixed
 * number of rows wait at a time.
 */
final class RowEncoder implements AutoCloseable {
    private static final int ROWS_PER_TASK = 64;
    private static final int TASKS_PER_THREAD = 4;

    /** Takes what became of a row. */
    @FunctionalInterface
    interface Sink {
        void accept(Row row, List<Example> examples, Set<RowFinding> findings);
    }

    private record Encoded(Row row, List<Example> examples, Set<RowFinding> findings) {}

    private final ExecutorService threads;
    private final int mostTasks;

    RowEncoder(int threads) {
        this.threads = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = new Thread(task, "data-preparation");
            thread.setDaemon(true);
            return thread;
        });
        this.mostTasks = threads * TASKS_PER_THREAD;
    }

    void encode(
            RowReader reader,
            List<DataFile> files,
            Split split,
            PromptStrategy strategy,
            Predicate<Row> filter,
            Sink sink) {
        Deque<Future<List<Encoded>>> tasks = new ArrayDeque<>();
        List<Row> waiting = new ArrayList<>();
        reader.read(files, split, row -> {
            if (!filter.test(row)) {
                return;
            }
            waiting.add(row);
            if (waiting.size() == ROWS_PER_TASK) {
                tasks.add(submit(waiting, strategy));
                waiting.clear();
                if (tasks.size() >= mostTasks) {
                    drain(tasks.remove(), sink);
                }
            }
        });
        tasks.add(submit(waiting, strategy));
        while (!tasks.isEmpty()) {
            drain(tasks.remove(), sink);
        }
    }

    private Future<List<Encoded>> submit(List<Row> rows, PromptStrategy strategy) {
        List<Row> own = List.copyOf(rows);
        return threads.submit(
                () -> own.stream().map(row -> encoded(row, strategy)).toList());
    }

    private static Encoded encoded(Row row, PromptStrategy strategy) {
        Set<RowFinding> findings = EnumSet.noneOf(RowFinding.class);
        return new Encoded(row, strategy.examples(row, findings::add), findings);
    }

    private static void drain(Future<List<Encoded>> task, Sink sink) {
        try {
            task.get().forEach(encoded -> sink.accept(encoded.row(), encoded.examples(), encoded.findings()));
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
