package dev.newt.report.mlflow;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** MLflow's REST interface (mlflow.org/docs/latest/api_reference/rest-api.html), as far as a run needs it. One request at a time. */
final class MlflowClient {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int MOST_WORDS = 300;

    private final MlflowSettings settings;
    private final Duration timeout;
    private final HttpClient http;

    /** @param timeout for connecting and for each answer; sending a file may take longer */
    MlflowClient(MlflowSettings settings, Duration timeout) {
        this.settings = settings;
        this.timeout = timeout;
        // Redirects are not followed: the credentials are for this server.
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(timeout)
                .build();
    }

    /** A run on the server. */
    record Run(String id, String experimentId, String artifactUri) {}

    /** A value of a metric. */
    record Metric(String key, double value, long timestamp, long step) {}

    /** The experiment's id; it is created if it does not exist. */
    String experiment(String name) throws IOException, InterruptedException {
        Optional<String> found = find(name);
        if (found.isPresent()) {
            return found.get();
        }
        try {
            return post("experiments/create", JSON.createObjectNode().put("name", name))
                    .path("experiment_id")
                    .asString("");
        } catch (MlflowException e) {
            // Another run may have created it in the meantime.
            return find(name).orElseThrow(() -> e);
        }
    }

    private Optional<String> find(String experiment) throws IOException, InterruptedException {
        return get("experiments/get-by-name?experiment_name=" + encoded(experiment))
                .map(answer -> answer.path("experiment").path("experiment_id").asString(""));
    }

    Run create(String experimentId, Optional<String> name, Map<String, String> tags, long startMillis)
            throws IOException, InterruptedException {
        ObjectNode request =
                JSON.createObjectNode().put("experiment_id", experimentId).put("start_time", startMillis);
        name.ifPresent(text -> request.put("run_name", text));
        pairs(request.putArray("tags"), tags);
        // Servers before 2.0 know a run's name only as a tag.
        name.ifPresent(text -> pairs(request.withArray("tags"), Map.of("mlflow.runName", text)));
        return run(post("runs/create", request));
    }

    /** The run with an id; empty if there is none or it was deleted. */
    Optional<Run> find(Run earlier) throws IOException, InterruptedException {
        return get("runs/get?run_id=" + encoded(earlier.id()))
                .filter(answer -> answer.path("run")
                        .path("info")
                        .path("lifecycle_stage")
                        .asString("active")
                        .equals("active"))
                .map(MlflowClient::run);
    }

    private static Run run(JsonNode answer) {
        JsonNode info = answer.path("run").path("info");
        return new Run(
                info.path("run_id").asString(""),
                info.path("experiment_id").asString(""),
                info.path("artifact_uri").asString(""));
    }

    /** At most 100 at once. */
    void params(Run run, Map<String, String> params) throws IOException, InterruptedException {
        ObjectNode request = JSON.createObjectNode().put("run_id", run.id());
        pairs(request.putArray("params"), params);
        post("runs/log-batch", request);
    }

    /** At most 1000 at once. */
    void metrics(Run run, List<Metric> metrics) throws IOException, InterruptedException {
        ObjectNode request = JSON.createObjectNode().put("run_id", run.id());
        ArrayNode array = request.putArray("metrics");
        for (Metric metric : metrics) {
            array.addObject()
                    .put("key", metric.key())
                    .put("value", metric.value())
                    .put("timestamp", metric.timestamp())
                    .put("step", metric.step());
        }
        post("runs/log-batch", request);
    }

    /** @param endMillis only for a status that ends the run */
    void update(Run run, String status, Optional<Long> endMillis) throws IOException, InterruptedException {
        ObjectNode request = JSON.createObjectNode().put("run_id", run.id()).put("status", status);
        endMillis.ifPresent(millis -> request.put("end_time", millis));
        post("runs/update", request);
    }

    /** Whether the server takes the run's artifacts itself, rather than a file system or bucket unknown to this process. */
    static boolean takesArtifacts(Run run) {
        return run.artifactUri().startsWith("mlflow-artifacts:");
    }

    /**
     * @param name with forward slashes, below the run's artifacts
     * @param progress told each time that the server takes another part
     */
    void upload(Run run, String name, Path file, Duration limit, Runnable progress)
            throws IOException, InterruptedException {
        String root = URI.create(run.artifactUri()).getPath();
        String path = Arrays.stream((root + "/" + name).split("/"))
                .filter(part -> !part.isEmpty())
                .map(MlflowClient::encoded)
                .collect(Collectors.joining("/"));
        HttpRequest.BodyPublisher content;
        try {
            content = new WatchedUpload(HttpRequest.BodyPublishers.ofFile(file), progress);
        } catch (FileNotFoundException e) {
            throw new MlflowException(file + " is no longer there", false);
        }
        send(request("/api/2.0/mlflow-artifacts/artifacts/" + path)
                .timeout(limit)
                .PUT(content)
                .build());
    }

    private JsonNode post(String call, ObjectNode body) throws IOException, InterruptedException {
        HttpRequest.BodyPublisher content = HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body));
        return send(request("/api/2.0/mlflow/" + call)
                        .header("Content-Type", "application/json")
                        .POST(content)
                        .build())
                .orElseThrow(() -> new MlflowException(settings.server() + " does not know " + call, false));
    }

    private Optional<JsonNode> get(String call) throws IOException, InterruptedException {
        return send(request("/api/2.0/mlflow/" + call).GET().build());
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(URI.create(settings.server() + path)).timeout(timeout);
        settings.authorization().ifPresent(value -> builder.header("Authorization", value));
        return builder;
    }

    /** The answer; empty for something that does not exist. */
    private Optional<JsonNode> send(HttpRequest request) throws IOException, InterruptedException {
        HttpResponse<String> response;
        try {
            response = http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw new MlflowException(settings.server() + " does not answer", true);
        } catch (ConnectException e) {
            throw new MlflowException(settings.server() + " cannot be reached", true);
        } catch (IOException e) {
            throw new MlflowException(settings.server() + ": " + e, true);
        }
        int status = response.statusCode();
        if (status == NOT_FOUND) {
            return Optional.empty();
        }
        if (status / 100 != 2) {
            boolean passing = status >= 500 || status == TOO_MANY_REQUESTS || status == REQUEST_TIMEOUT;
            throw new MlflowException(
                    settings.server() + " answers " + status + words(response) + hint(status, response), passing);
        }
        try {
            return Optional.of(JSON.readTree(response.body().isBlank() ? "{}" : response.body()));
        } catch (JacksonException e) {
            throw new MlflowException(settings.server() + " does not answer like an MLflow server", false);
        }
    }

    /** The server's own message, on one line. */
    private static String words(HttpResponse<String> response) {
        String body = response.body();
        try {
            JsonNode message = JSON.readTree(body).path("message");
            body = message.isString() ? message.asString() : body;
        } catch (JacksonException e) {
            // Then the body is the message.
        }
        String text = body.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return text.isEmpty() ? "" : " (" + text.substring(0, Math.min(MOST_WORDS, text.length())) + ")";
    }

    private static String hint(int status, HttpResponse<String> response) {
        if (status == 401 || status == 403) {
            return "; set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN";
        }
        return response.headers()
                .firstValue("Location")
                .map(location -> "; it has moved to " + location)
                .orElse("");
    }

    private static void pairs(ArrayNode array, Map<String, String> values) {
        values.forEach((key, value) -> array.addObject().put("key", key).put("value", value));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
