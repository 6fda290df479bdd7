package dev.newt.report.mlflow;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The queue between the thread that trains and the thread that sends. Training never waits for it. */
final class Outbox {
    /** The capacity; even a run that logs every step takes hours to fill it. */
    private static final int CAPACITY = 20_000;

    /** Something to send. */
    sealed interface Item {}

    /** Values of one step. */
    record Values(List<MlflowClient.Metric> metrics) implements Item {}

    /** A folder to send. */
    record Checkpoint(Path directory) implements Item {}

    /** The last item. */
    record End(String status, long millis) implements Item {}

    private final LinkedBlockingDeque<Item> items = new LinkedBlockingDeque<>();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final AtomicLong lost = new AtomicLong();
    private volatile long lastProgress = System.nanoTime();

    /** Adds an item; if there is no room it is dropped and counted. */
    void put(Item item) {
        if (items.size() >= CAPACITY) {
            lost.incrementAndGet();
        } else {
            items.add(item);
        }
    }

    /** Adds the last item, for which there is always room. */
    void end(End end) {
        progressed();
        items.add(end);
        ending.countDown();
    }

    boolean isEnding() {
        return ending.getCount() == 0;
    }

    /** Waits, at most until the run ends. */
    void pause(Duration duration) throws InterruptedException {
        if (ending.await(duration.toMillis(), TimeUnit.MILLISECONDS)) {
            Thread.sleep(Math.min(duration.toMillis(), 200));
        }
    }

    /** The next item. It stays until {@link #sent} confirms it. */
    Item next() throws InterruptedException {
        Item item = items.takeFirst();
        items.addFirst(item);
        return item;
    }

    /** The values at the front, as many as fit in one request. */
    List<Values> nextValues(int mostMetrics) {
        List<Values> values = new ArrayList<>();
        int metrics = 0;
        for (Item item : items) {
            if (!(item instanceof Values next) || metrics + next.metrics().size() > mostMetrics) {
                break;
            }
            values.add(next);
            metrics += next.metrics().size();
        }
        return values;
    }

    /** The server took something: part of a file, perhaps. */
    void progressed() {
        lastProgress = System.nanoTime();
    }

    /** How long ago the server last took something. */
    Duration quiet() {
        return Duration.ofNanos(System.nanoTime() - lastProgress);
    }

    /** Removes the first {@code count} items. */
    void sent(int count) {
        progressed();
        for (int i = 0; i < count; i++) {
            items.removeFirst();
        }
    }

    long lost() {
        return lost.get();
    }

    /** The number of items dropped or still waiting, not counting the end. */
    long unsent() {
        return lost.get()
                + items.stream().filter(item -> !(item instanceof End)).count();
    }
}
