package dev.newt.report.mlflow;

import dev.newt.report.MetricNames;
import dev.newt.report.mlflow.MlflowClient.Metric;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Sends a run to an MLflow server: configuration, metrics under the names of Hugging Face's callback, status, and checkpoints if requested. A
 * separate thread sends, so that a slow server slows nothing and a failing one costs only a warning.
 */
public final class MlflowTracking implements TrainingListener, AutoCloseable {
    private static final long TOLD_AFTER_MILLIS = 2000;

    private final MlflowSettings settings;
    private final Map<String, String> configuration;
    private final Map<String, String> tags;
    private final Consumer<String> warnings;
    private final Patience patience;
    private final Outbox outbox = new Outbox();
    /** Messages from the sending thread, to be reported by the training thread. */
    private final Queue<String> heard = new ConcurrentLinkedQueue<>();

    private Optional<Thread> sending = Optional.empty();
    private boolean hasCheckpoints;

    /**
     * @param configuration by key path, without secrets
     * @param source name of the configuration's file
     * @param warnings receives what went wrong, on the training thread
     */
    public MlflowTracking(
            MlflowSettings settings, Map<String, String> configuration, String source, Consumer<String> warnings) {
        this(settings, configuration, source, warnings, Patience.USUAL);
    }

    MlflowTracking(
            MlflowSettings settings,
            Map<String, String> configuration,
            String source,
            Consumer<String> warnings,
            Patience patience) {
        this.settings = settings;
        this.configuration = new LinkedHashMap<>(configuration);
        this.tags = Map.of(
                "mlflow.source.name",
                source,
                "mlflow.source.type",
                "LOCAL",
                "mlflow.user",
                System.getProperty("user.name"));
        this.warnings = warnings;
        this.patience = patience;
    }

    @Override
    public void on(TrainingEvent event) {
        if (event instanceof TrainingEvent.Started started) {
            begin(started);
        } else if (event instanceof TrainingEvent.Logged logged) {
            put(logged.step(), MetricNames.of(logged));
        } else if (event instanceof TrainingEvent.Evaluated evaluated) {
            put(evaluated.step(), MetricNames.of(evaluated));
        } else if (event instanceof TrainingEvent.CheckpointSaved saved && settings.artifacts() && isSending()) {
            hasCheckpoints = true;
            outbox.put(new Outbox.Checkpoint(saved.directory()));
        } else if (event instanceof TrainingEvent.Finished) {
            end("FINISHED");
        } else if (event instanceof TrainingEvent.Interrupted) {
            end("KILLED");
        } else if (event instanceof TrainingEvent.Failed) {
            end("FAILED");
        }
        tellWarnings();
    }

    private void begin(TrainingEvent.Started started) {
        MlflowRun run = new MlflowRun(
                started.outputDirectory(), started.startStep(), System.currentTimeMillis(), configuration, tags);
        Thread thread = new Thread(new Sender(settings, run, patience, outbox, heard::add), "mlflow");
        thread.setDaemon(true);
        thread.start();
        sending = Optional.of(thread);
    }

    private boolean isSending() {
        return sending.filter(Thread::isAlive).isPresent();
    }

    private void put(long step, Map<String, Double> values) {
        if (isSending()) {
            long now = System.currentTimeMillis();
            List<Metric> metrics = values.entrySet().stream()
                    .filter(entry -> Double.isFinite(entry.getValue()))
                    .map(entry -> new Metric(entry.getKey(), entry.getValue(), now, step))
                    .toList();
            outbox.put(new Outbox.Values(metrics));
        }
    }

    /** Sends the remaining items, for a limited time. */
    private void end(String status) {
        Optional<Thread> thread = sending;
        sending = Optional.empty();
        if (thread.isEmpty()) {
            return;
        }
        outbox.end(new Outbox.End(status, System.currentTimeMillis()));
        Duration limit = hasCheckpoints ? patience.upload() : patience.flush();
        Duration quiet = hasCheckpoints ? patience.stalled() : patience.flush();
        boolean late = false;
        try {
            late = !ends(thread.get(), limit, quiet);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        thread.get().interrupt();
        if (late || outbox.lost() > 0) {
            heard.add("MLflow: " + settings.server() + " is too slow; the values of " + outbox.unsent()
                    + " steps or checkpoints were not sent. They are in output_dir");
        }
    }

    /** Waits for the sending thread as long as the server takes things, and says so where that lasts. */
    private boolean ends(Thread thread, Duration limit, Duration quiet) throws InterruptedException {
        thread.join(Math.min(TOLD_AFTER_MILLIS, limit.toMillis()));
        if (thread.isAlive() && limit.toMillis() > TOLD_AFTER_MILLIS) {
            heard.add("waiting for " + settings.server() + " to take what is left for MLflow, at most "
                    + (hasCheckpoints ? quiet.toSeconds() + " s without progress and " : "") + limit.toSeconds()
                    + " s in all");
            tellWarnings();
        }
        long start = System.nanoTime();
        while (thread.isAlive() && outbox.quiet().compareTo(quiet) < 0 && System.nanoTime() - start < limit.toNanos()) {
            thread.join(100);
        }
        return !thread.isAlive();
    }

    private void tellWarnings() {
        for (String message = heard.poll(); message != null; message = heard.poll()) {
            warnings.accept(message);
        }
    }

    /** A run that reported no end has failed. */
    @Override
    public void close() {
        end("FAILED");
        tellWarnings();
    }
}
