package dev.newt.report.mlflow;

import dev.newt.io.UserException;
import dev.newt.report.mlflow.MlflowClient.Metric;
import dev.newt.report.mlflow.MlflowClient.Run;
import dev.newt.report.mlflow.Outbox.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The thread that sends. A server that cannot be reached at the beginning is given up; one that fails later is retried as long as the run
 * lasts, and items wait meanwhile. Each failure is reported once.
 */
final class Sender implements Runnable {
    private static final int MOST_METRICS = 1000;

    private final MlflowSettings settings;
    private final MlflowRun described;
    private final Patience patience;
    private final Outbox outbox;
    private final MlflowClient client;
    private final Consumer<String> warnings;
    private boolean toldTrouble;
    private boolean toldArtifacts;

    Sender(MlflowSettings settings, MlflowRun described, Patience patience, Outbox outbox, Consumer<String> warnings) {
        this.settings = settings;
        this.described = described;
        this.patience = patience;
        this.outbox = outbox;
        this.warnings = warnings;
        this.client = new MlflowClient(settings, patience.answer());
    }

    /** A request or several. */
    @FunctionalInterface
    private interface Call<T> {
        T send() throws IOException, InterruptedException;
    }

    @Override
    public void run() {
        try {
            Run run = attempt(this::begin, false);
            boolean ended = false;
            while (!ended) {
                ended = sendNext(run);
            }
        } catch (IOException | UserException e) {
            warnings.accept("nothing more is sent to MLflow: " + e.getMessage()
                    + "; the run continues, and its metrics are in metrics.jsonl");
        } catch (InterruptedException e) {
            // The interrupting thread reports what was left.
            Thread.currentThread().interrupt();
        }
    }

    /** Returns whether that was the end. */
    private boolean sendNext(Run run) throws IOException, InterruptedException {
        Outbox.Item item = outbox.next();
        if (item instanceof Outbox.End end) {
            attempt(() -> update(run, end.status(), Optional.of(end.millis())), true);
            outbox.sent(1);
            return true;
        }
        if (item instanceof Outbox.Checkpoint checkpoint) {
            upload(run, checkpoint.directory());
            outbox.sent(1);
            return false;
        }
        List<Values> values = outbox.nextValues(MOST_METRICS);
        List<Metric> metrics = new ArrayList<>();
        values.forEach(value -> metrics.addAll(value.metrics()));
        attempt(
                () -> {
                    client.metrics(run, metrics);
                    return run;
                },
                true);
        outbox.sent(values.size());
        return false;
    }

    /** Retries until it succeeds: as long as the run lasts if {@code patient}, otherwise (and after the run's end) a few times. */
    private <T> T attempt(Call<T> call, boolean patient) throws IOException, InterruptedException {
        int failuresThatCount = 0;
        for (int attempt = 1; ; attempt++) {
            try {
                return call.send();
            } catch (MlflowException e) {
                if (!patient || outbox.isEnding()) {
                    failuresThatCount++;
                }
                if (!e.isPassing() || failuresThatCount >= patience.attempts()) {
                    throw e;
                }
                if (patient && !toldTrouble) {
                    warnings.accept("MLflow: " + e.getMessage() + "; it will be retried while the run continues");
                    toldTrouble = true;
                }
                outbox.pause(patience.before(attempt + 1));
            }
        }
    }

    private Run begin() throws IOException, InterruptedException {
        if (described.startStep() > 0) {
            Optional<Run> earlier = RunFile.read(described.outputDirectory(), settings.server());
            Optional<Run> known = earlier.isPresent() ? client.find(earlier.get()) : earlier;
            if (known.isPresent()) {
                return update(known.get(), "RUNNING", Optional.empty());
            }
        }
        String experiment = client.experiment(settings.experiment());
        Run run = client.create(experiment, settings.runName(), described.tags(), described.startMillis());
        RunFile.write(described.outputDirectory(), settings.server(), run);
        for (Map<String, String> part : MlflowParams.of(described.configuration())) {
            client.params(run, part);
        }
        return run;
    }

    private Run update(Run run, String status, Optional<Long> endMillis) throws IOException, InterruptedException {
        client.update(run, status, endMillis);
        return run;
    }

    /** A checkpoint is on disk too, so a failure to send it ends nothing. */
    private void upload(Run run, Path directory) throws InterruptedException {
        if (!MlflowClient.takesArtifacts(run)) {
            tellArtifacts("MLflow keeps this run's artifacts at " + run.artifactUri()
                    + ", which only its own client can write; start the server with --serve-artifacts. The checkpoints"
                    + " stay in output_dir alone");
            return;
        }
        try {
            for (Path file : files(directory)) {
                String name = directory.getFileName() + "/"
                        + directory.relativize(file).toString().replace('\\', '/');
                client.upload(run, name, file, patience.upload(), outbox::progressed);
            }
        } catch (IOException e) {
            tellArtifacts("MLflow: " + directory.getFileName() + " was not sent whole: " + e.getMessage());
        }
    }

    private void tellArtifacts(String message) {
        if (!toldArtifacts) {
            warnings.accept(message);
            toldArtifacts = true;
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            return walk.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
