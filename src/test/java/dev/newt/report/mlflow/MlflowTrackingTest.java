package dev.newt.report.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.train.TrainingEvent;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(60)
@Tag("slow")
class MlflowTrackingTest {
    private static final Patience SHORT = new Patience(
            Duration.ofSeconds(5),
            3,
            Duration.ofMillis(20),
            Duration.ofMillis(40),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10));

    @TempDir
    Path output;

    private MlflowServer server;
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, String> configuration = new LinkedHashMap<>();

    @BeforeEach
    void start() throws IOException {
        server = new MlflowServer();
        configuration.put("base_model", "m");
        configuration.put("datasets[0].path", "rows.jsonl");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private MlflowTracking tracking(boolean artifacts, Patience patience) {
        MlflowSettings settings = new MlflowSettings(
                URI.create(server.uri()), Optional.of("Bearer t"), "my orders", Optional.of("first try"), artifacts);
        return new MlflowTracking(settings, configuration, "c.yaml", warnings::add, patience);
    }

    private TrainingEvent started(long startStep) {
        return new TrainingEvent.Started(output, startStep, false, 4, 4, 10, "a device");
    }

    private static TrainingEvent logged(long step) {
        return new TrainingEvent.Logged(
                step, 4, step / 4.0, 8.0 / step, 0.5, 2e-4, 300, 10, 100, 50, step, 1000, Map.of());
    }

    private static TrainingEvent finished() {
        return new TrainingEvent.Finished(4, Duration.ofSeconds(3));
    }

    private void run(TrainingEvent... events) {
        run(false, events);
    }

    private void run(boolean artifacts, TrainingEvent... events) {
        try (MlflowTracking tracking = tracking(artifacts, SHORT)) {
            for (TrainingEvent event : events) {
                tracking.on(event);
            }
        }
    }

    @Test
    void sendsTheRunWithItsConfigurationItsMetricsAndItsEnd() {
        long before = System.currentTimeMillis();
        run(
                started(0),
                logged(1),
                logged(2),
                new TrainingEvent.Evaluated(2, 0.5, 1.25, OptionalDouble.of(Math.exp(1.25)), 40, 0.25, Map.of()),
                finished());

        assertThat(server.requests(request -> true)).extracting("authorization").containsOnly("Bearer t");
        assertThat(server.calls())
                .startsWith(
                        "experiments/get-by-name",
                        "experiments/create",
                        "runs/create",
                        "runs/log-batch",
                        "runs/log-batch")
                .endsWith("runs/update");
        JsonNode experiment = only("experiments/create");
        assertThat(experiment.path("name").asString()).isEqualTo("my orders");
        JsonNode create = only("runs/create");
        assertThat(create.path("experiment_id").asString()).isEqualTo("1");
        assertThat(create.path("run_name").asString()).isEqualTo("first try");
        assertThat(create.path("start_time").asLong()).isBetween(before, before + 60_000);
        assertThat(pairs(create.path("tags")))
                .containsEntry("mlflow.runName", "first try")
                .containsEntry("mlflow.source.name", "c.yaml");
        JsonNode params = server.requests(request -> request.call().equals("runs/log-batch"))
                .get(0)
                .json();
        assertThat(pairs(params.path("params")))
                .containsExactly(Map.entry("base_model", "m"), Map.entry("datasets.0.path", "rows.jsonl"));
        assertThat(server.metrics("run0"))
                .contains("loss 1 8.0", "loss 2 4.0", "grad_norm 1 0.5", "learning_rate 2 2.0E-4", "epoch 2 0.5")
                .contains("eval_loss 2 1.25", "eval_perplexity 2 " + Math.exp(1.25));
        JsonNode update = only("runs/update");
        assertThat(update.path("status").asString()).isEqualTo("FINISHED");
        assertThat(update.path("end_time").asLong()).isBetween(before, before + 60_000);
        assertThat(warnings).isEmpty();
    }

    private JsonNode only(String call) {
        List<MlflowServer.Request> found =
                server.requests(request -> request.call().equals(call));
        assertThat(found).hasSize(1);
        return found.get(0).json();
    }

    private static Map<String, String> pairs(JsonNode array) {
        Map<String, String> pairs = new LinkedHashMap<>();
        array.forEach(pair ->
                pairs.put(pair.path("key").asString(), pair.path("value").asString()));
        return pairs;
    }

    @Test
    void tellsHowARunEndsThatDoesNotFinish() {
        run(started(0), logged(1), new TrainingEvent.Interrupted(1, output));
        run(started(0), logged(1), new TrainingEvent.Failed(1, "loss is NaN"));
        run(started(0), logged(1));

        assertThat(server.status("run0")).isEqualTo("KILLED");
        assertThat(server.status("run1")).isEqualTo("FAILED");
        assertThat(server.status("run2")).as("an end that nobody told").isEqualTo("FAILED");
    }

    @Test
    void aResumedRunGoesOnInTheRunThatItWas() {
        run(started(0), logged(1), logged(2), new TrainingEvent.Interrupted(2, output));
        run(started(2), logged(3), finished());

        assertThat(server.calls()).containsOnlyOnce("runs/create");
        assertThat(server.metrics("run0")).contains("loss 1 8.0", "loss 2 4.0", "loss 3 " + 8.0 / 3);
        assertThat(server.requests(request -> request.call().equals("runs/update")))
                .extracting(request -> request.json().path("status").asString())
                .containsExactly("KILLED", "RUNNING", "FINISHED");
    }

    @Test
    void aResumedRunThatTheServerDoesNotKnowBeginsANewOne() throws IOException {
        Files.writeString(
                output.resolve("mlflow.json"), "{\"tracking_uri\": \"" + server.uri() + "\", \"run_id\": \"gone\"}");

        run(started(2), logged(3), finished());

        assertThat(server.metrics("run0")).contains("loss 3 " + 8.0 / 3);
        assertThat(output.resolve("mlflow.json")).content().contains("run0");
        assertThat(warnings).isEmpty();
    }

    @Test
    void aServerThatFailsForAWhileCostsNothingButAWarning() {
        AtomicInteger failures = new AtomicInteger();
        server.failing(request -> request.call().equals("runs/log-batch")
                        && request.json().has("metrics")
                        && failures.incrementAndGet() <= 2
                ? 503
                : 0);

        run(started(0), logged(1), logged(2), finished());

        assertThat(server.metrics("run0")).contains("loss 1 8.0", "loss 2 4.0");
        assertThat(server.status("run0")).isEqualTo("FINISHED");
        assertThat(warnings)
                .allSatisfy(warning -> assertThat(warning)
                        .isEqualTo("MLflow: " + server.uri()
                                + " answers 503 (as told); it will be retried while the run continues"))
                .hasSizeLessThanOrEqualTo(1);
        assertThat(failures).hasValueGreaterThan(2);
    }

    @Test
    void aServerThatCannotBeReachedIsToldOnce() {
        server.close();

        run(started(0), logged(1), logged(2), finished());

        assertThat(warnings)
                .containsExactly("nothing more is sent to MLflow: " + server.uri()
                        + " cannot be reached; the run continues, and its metrics are in metrics.jsonl");
    }

    @Test
    void aServerThatRefusesIsToldWithWhatHelps() {
        server.failing(request -> 401);

        run(started(0), logged(1), logged(2), finished());

        assertThat(warnings)
                .containsExactly("nothing more is sent to MLflow: " + server.uri() + " answers 401 (as told); set "
                        + "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN; the run continues, "
                        + "and its metrics are in metrics.jsonl");
    }

    @Test
    void somethingElseThanMlflowIsTold() throws IOException {
        server.failing(request -> 302);

        run(started(0), finished());

        assertThat(warnings).singleElement().asString().contains("answers 302");
    }

    @Test
    void aSlowServerSlowsNoStepAndIsNotWaitedForWithoutEnd() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        server.failing(request -> {
            free.await();
            return 0;
        });
        Patience impatient = new Patience(
                Duration.ofSeconds(20),
                3,
                Duration.ofMillis(20),
                Duration.ofMillis(40),
                Duration.ofMillis(300),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
        try (MlflowTracking tracking = tracking(false, impatient)) {
            long start = System.nanoTime();
            tracking.on(started(0));
            for (int step = 1; step <= 2000; step++) {
                tracking.on(logged(step));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
            assertThat(server.calls()).isEmpty();
            tracking.on(finished());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
        } finally {
            free.countDown();
        }

        assertThat(warnings)
                .containsExactly(
                        "MLflow: " + server.uri()
                                + " is too slow; the values of 2000 steps or checkpoints were not sent. They are in output_dir");
    }

    @Test
    void manyValuesGoInFewRequestsOfAtMostAThousand() {
        TrainingEvent[] events = new TrainingEvent[2002];
        events[0] = started(0);
        for (int step = 1; step <= 2000; step++) {
            events[step] = logged(step);
        }
        events[2001] = finished();
        CountDownLatch all = new CountDownLatch(1);
        server.failing(request -> {
            if (request.call().equals("runs/create")) {
                all.await();
            }
            return 0;
        });
        try (MlflowTracking tracking = tracking(false, SHORT)) {
            for (int i = 0; i < 2001; i++) {
                tracking.on(events[i]);
            }
            all.countDown();
            tracking.on(events[2001]);
        }

        List<MlflowServer.Request> batches = server.requests(request ->
                request.call().equals("runs/log-batch") && request.json().has("metrics"));
        assertThat(batches).hasSizeBetween(14, 20).allSatisfy(batch -> assertThat(
                        batch.json().path("metrics").size())
                .isLessThanOrEqualTo(1000));
        assertThat(server.metrics("run0")).hasSize(2000 * 7).doesNotHaveDuplicates();
        assertThat(warnings).isEmpty();
    }

    private TrainingEvent checkpoint(int step) throws IOException {
        Path directory = output.resolve("checkpoint-" + step);
        Files.createDirectories(directory.resolve("in ner"));
        Files.writeString(directory.resolve("adapter_config.json"), "{\"r\": 4}");
        Files.writeString(directory.resolve("in ner/x.bin"), "xyz");
        return new TrainingEvent.CheckpointSaved(step, directory, 0.1);
    }

    @Test
    void sendsCheckpointsWhereTheServerKeepsArtifacts() throws IOException {
        run(true, started(0), checkpoint(2), finished());

        List<MlflowServer.Request> uploads =
                server.requests(request -> request.method().equals("PUT"));
        String folder = "/api/2.0/mlflow-artifacts/artifacts/1/run0/artifacts/checkpoint-2/";
        assertThat(uploads)
                .extracting(MlflowServer.Request::path, request -> new String(request.body(), StandardCharsets.UTF_8))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(folder + "adapter_config.json", "{\"r\": 4}"),
                        org.assertj.core.groups.Tuple.tuple(folder + "in ner/x.bin", "xyz"));
        assertThat(warnings).isEmpty();
    }

    @Test
    void sendsNoCheckpointsUnasked() throws IOException {
        run(false, started(0), checkpoint(2), finished());

        assertThat(server.requests(request -> request.method().equals("PUT"))).isEmpty();
    }

    @Test
    void artifactsThatTheServerDoesNotTakeAreToldOnce() throws IOException {
        server.keepingArtifactsAt("s3://bucket");

        run(true, started(0), checkpoint(2), checkpoint(4), finished());

        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith(
                        "MLflow keeps this run's artifacts at s3://bucket/1/run0/artifacts, which only its own client");
        assertThat(server.status("run0")).isEqualTo("FINISHED");
    }

    @Test
    void aCheckpointThatIsGoneStopsNothing() throws IOException {
        TrainingEvent saved = new TrainingEvent.CheckpointSaved(2, output.resolve("checkpoint-2"), 0.1);

        run(true, started(0), saved, logged(3), finished());

        assertThat(warnings).singleElement().asString().startsWith("MLflow: checkpoint-2 was not sent whole: ");
        assertThat(server.metrics("run0")).contains("loss 3 " + 8.0 / 3);
    }

    @Test
    void aServerThatTakesNoUploadIsNotWaitedForToTheLimit() throws Exception {
        CountDownLatch free = new CountDownLatch(1);
        server.failing(request -> {
            if (request.method().equals("PUT")) {
                free.await();
            }
            return 0;
        });
        Patience impatient = new Patience(
                Duration.ofSeconds(60),
                3,
                Duration.ofMillis(20),
                Duration.ofMillis(40),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMillis(2500));
        try (MlflowTracking tracking = tracking(true, impatient)) {
            tracking.on(started(0));
            tracking.on(checkpoint(2));
            tracking.on(finished());
        } finally {
            free.countDown();
        }

        assertThat(warnings)
                .containsExactly(
                        "waiting for " + server.uri() + " to take what is left for MLflow, at most 2 s without progress"
                                + " and 60 s in all",
                        "MLflow: " + server.uri() + " is too slow; the values of 1 steps or checkpoints were not sent."
                                + " They are in output_dir");
    }
}
