package dev.newt.engine.djl;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Notices when other processes want the processors that our threads spin on, and lets our threads sleep meanwhile. Spinning makes short
 * operations twice as fast on an idle machine, and everything many times slower on a busy one: a thread that waits for one without a
 * processor keeps the processor from it.
 */
final class NeighbourWatch implements AutoCloseable {
    private static final Path TASKS = Path.of("/proc/self/task");
    private static final long INTERVAL_MILLIS = 200;
    private final OpenMp openMp;
    private final int processors;
    private final Thread thread;
    private Map<String, Long> waited = Map.of();
    private final Contention contention = new Contention();
    private volatile boolean throttling;
    private Optional<OpenMp.Throttle> throttle = Optional.empty();

    private NeighbourWatch(OpenMp openMp, int processors) {
        this.openMp = openMp;
        this.processors = processors;
        thread = new Thread(this::watch, "newt-neighbour-watch");
        thread.setDaemon(true);
    }

    /** @return nothing where the kernel does not tell how long threads wait for a processor, or OpenMP is another's */
    static Optional<NeighbourWatch> start(int processors) {
        if (!Files.isReadable(Path.of("/proc/self/schedstat"))) {
            return Optional.empty();
        }
        Optional<NeighbourWatch> watch = OpenMp.loaded().map(openMp -> new NeighbourWatch(openMp, processors));
        watch.ifPresent(started -> started.thread.start());
        return watch;
    }

    private void watch() {
        long last = System.nanoTime();
        try {
            waited = waits();
            while (true) {
                Thread.sleep(INTERVAL_MILLIS);
                Map<String, Long> now = waits();
                long time = System.nanoTime();
                follow(contention.after((double) longest(waited, now) / (time - last)));
                waited = now;
                last = time;
            }
        } catch (InterruptedException | IOException e) {
            // Closed, or /proc is not what it was: threads go on as OpenMP has it.
            follow(false);
        }
    }

    private void follow(boolean contended) {
        if (contended == throttling) {
            return;
        }
        throttle.ifPresent(OpenMp.Throttle::close);
        throttle = contended ? Optional.of(openMp.new Throttle(processors)) : Optional.empty();
        throttling = contended;
    }

    /** Whether threads sleep while they wait, since others need the processors. */
    boolean isThrottling() {
        return throttling;
    }

    /** How long the thread that waited most has waited for a processor, in ns. */
    private static long longest(Map<String, Long> before, Map<String, Long> now) {
        return now.entrySet().stream()
                .mapToLong(task -> task.getValue() - before.getOrDefault(task.getKey(), task.getValue()))
                .max()
                .orElse(0);
    }

    /** The second number of a thread's schedstat: ns that it was ready to run and had no processor. */
    private static Map<String, Long> waits() throws IOException {
        Map<String, Long> waits = new HashMap<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(TASKS)) {
            for (Path task : tasks) {
                read(task).ifPresent(wait -> waits.put(task.getFileName().toString(), wait));
            }
        }
        return waits;
    }

    private static Optional<Long> read(Path task) {
        try {
            String[] numbers =
                    Files.readString(task.resolve("schedstat")).strip().split(" ");
            return Optional.of(Long.parseLong(numbers[1]));
        } catch (IOException e) {
            return Optional.empty(); // The thread has ended meanwhile.
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
