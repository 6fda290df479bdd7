package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.io.UserException;
import dev.newt.rows.RawRow;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.SynchronousQueue;

/**
 * Training examples that are read, tokenised and handed out a window at a time, pass after pass without end. While one window is in use the
 * next is made; nothing else is kept, so the data may be larger than memory and disk space for prepared ones. A window ends after a number
 * of rows, at {@link #MOST_TOKENS}, or with the pass. What a window holds depends on the data, the settings and the rows before it alone,
 * so that a stream can be opened again at any window.
 */
public final class DataStream implements AutoCloseable {
    /** About 80 MiB of examples; two windows exist at once. */
    private static final long MOST_TOKENS = 1L << 24;

    /**
     * Examples that are mixed and packed together.
     *
     * @param number from 0
     * @param firstRow of the rows of all passes, those that gave no example included
     * @param endRow row behind the last one
     * @param groups at least one: single examples, or pairs
     * @param statistics of all rows since the stream was opened
     */
    public record Window(
            int number, long firstRow, long endRow, List<List<Example>> groups, DatasetStatistics statistics) {}

    private sealed interface Outcome {
        record Made(Window window) implements Outcome {}

        record Failure(Throwable thrown) implements Outcome {}
    }

    private final DataSettings settings;
    private final String key;
    private final int windowRows;
    private final long windowTokens;
    private final long skipped;
    private final List<DataSource> sources;
    private final LengthPolicy policy;
    private final SynchronousQueue<Outcome> handOver = new SynchronousQueue<>();
    private final Thread thread;

    private List<List<Example>> groups = new ArrayList<>();
    private long tokens;
    private int number;
    private long firstRow;
    private long endRow;
    private long mixed;

    private DataStream(
            DataSettings settings,
            String key,
            Tokenizer tokenizer,
            int windowRows,
            long windowTokens,
            DataPosition from) {
        this.settings = settings;
        this.key = key;
        this.windowRows = windowRows;
        this.windowTokens = windowTokens;
        this.skipped = from.rows();
        this.firstRow = from.rows();
        this.endRow = from.rows();
        this.number = from.window();
        this.sources = DataSource.find(settings.datasets(), settings, tokenizer);
        this.policy = new LengthPolicy(settings, sources, tokenizer, this::keep);
        tokenizer.expectManyTexts();
        this.thread = new Thread(this::produce, "data-stream");
        thread.setDaemon(true);
    }

    /** Names the data by the settings and the files' names and sizes. */
    public static String key(DataSettings settings, Tokenizer tokenizer) {
        return PreparationKey.ofStream(settings, DataSource.find(settings.datasets(), settings, tokenizer), tokenizer);
    }

    /**
     * Begins to make the first window.
     *
     * @param settings of which the test data sets, what is set aside and what is left out as equal are not asked
     * @param key under which the data sets are configured
     * @param windowRows most rows of a window
     * @param from the window where it begins; its {@code bins} are for who uses them
     * @throws UserException if a file is missing, or a type or template cannot be used
     */
    public static DataStream open(
            DataSettings settings, String key, Tokenizer tokenizer, int windowRows, DataPosition from) {
        return open(settings, key, tokenizer, windowRows, MOST_TOKENS, from);
    }

    static DataStream open(
            DataSettings settings,
            String key,
            Tokenizer tokenizer,
            int windowRows,
            long windowTokens,
            DataPosition from) {
        DataStream stream = new DataStream(settings, key, tokenizer, windowRows, windowTokens, from);
        stream.thread.start();
        return stream;
    }

    /**
     * The next window, as soon as it is there.
     *
     * @throws UserException if a row or file cannot be used, or a pass leaves nothing to train on
     */
    public Window next() {
        Outcome outcome = Interruptible.get(handOver::take);
        if (outcome instanceof Outcome.Made made) {
            return made.window();
        }
        throw Interruptible.unchecked(((Outcome.Failure) outcome).thrown());
    }

    private void produce() {
        RowMixer mixer = new RowMixer(sources, settings.mixing(), settings.seed(), key);
        try (RowEncoder encoder = new RowEncoder(settings.threads(), false, this::encoded)) {
            for (int pass = 0; ; pass++) {
                long before = mixed;
                mixer.pass(pass, (row, source) -> mix(row, source, encoder));
                encoder.finish();
                endWindow();
                if (before >= skipped || mixed == before) {
                    policy.requireExamples(key);
                }
            }
        } catch (Interruptible.Interrupted e) {
            // The stream was closed.
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void mix(RawRow row, DataSource source, RowEncoder encoder) {
        // Nothing that waits is called while rows are passed over.
        Interruptible.check();
        if (mixed++ >= skipped) {
            encoder.add(row, source);
        }
    }

    private void encoded(RowEncoder.Encoded encoded) {
        endRow++;
        policy.accept(encoded);
        if (endRow - firstRow >= windowRows || tokens >= windowTokens) {
            endWindow();
        }
    }

    private void keep(Row row, List<Example> group) {
        groups.add(group);
        tokens += group.stream().mapToLong(Example::length).sum();
    }

    private void endWindow() {
        if (!groups.isEmpty()) {
            Window window = new Window(number++, firstRow, endRow, groups, policy.statistics(0));
            Interruptible.run(() -> handOver.put(new Outcome.Made(window)));
        }
        groups = new ArrayList<>();
        tokens = 0;
        firstRow = endRow;
    }

    /** Told as often as it is asked. */
    private void fail(Throwable thrown) {
        try {
            while (true) {
                handOver.put(new Outcome.Failure(thrown));
            }
        } catch (InterruptedException e) {
            // The stream was closed.
        }
    }

    /** Waits for what is being done: the tokenizer may be closed behind it. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
