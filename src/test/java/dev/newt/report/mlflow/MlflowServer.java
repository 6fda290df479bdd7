package dev.newt.report.mlflow;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The part of MLflow's REST interface that a run uses, by its documentation, on a port of this machine. */
public final class MlflowServer implements AutoCloseable {
    private static final String API = "/api/2.0/mlflow/";
    private static final String ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, String> experiments = new ConcurrentHashMap<>(Map.of("Default", "0"));
    private final Map<String, String> statuses = new ConcurrentHashMap<>();
    private volatile Faults faults = request -> 0;
    private volatile String artifactRoot = "mlflow-artifacts:";

    /** A request as it came. */
    record Request(String method, String path, String query, String authorization, byte[] body) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        String call() {
            return path.startsWith(API) ? path.substring(API.length()) : path;
        }
    }

    /** Which requests fail, with which status; 0 for none. It may take its time. */
    @FunctionalInterface
    interface Faults {
        int status(Request request) throws InterruptedException;
    }

    public MlflowServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    public String uri() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    void failing(Faults newFaults) {
        faults = newFaults;
    }

    void keepingArtifactsAt(String root) {
        artifactRoot = root;
    }

    List<Request> requests(Predicate<Request> wanted) {
        return requests.stream().filter(wanted).toList();
    }

    public List<String> calls() {
        return requests.stream().map(Request::call).toList();
    }

    /** The run's status, as last told. */
    public String status(String run) {
        return statuses.get(run);
    }

    /** All values of all metrics that were taken, as {@code key step value}. */
    public List<String> metrics(String run) {
        List<String> metrics = new ArrayList<>();
        for (Request request : requests(r -> r.call().equals("runs/log-batch"))) {
            if (request.json().path("run_id").asString().equals(run)) {
                request.json()
                        .path("metrics")
                        .forEach(metric -> metrics.add(metric.path("key").asString() + " "
                                + metric.path("step").asLong() + " "
                                + metric.path("value").asDouble()));
            }
        }
        return metrics;
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                exchange.getRequestURI().getQuery(),
                String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")),
                exchange.getRequestBody().readAllBytes());
        try {
            int fault = faults.status(request);
            if (fault != 0) {
                answer(exchange, fault, error("FAULT", "as told"));
                return;
            }
        } catch (InterruptedException e) {
            answer(exchange, 503, error("STOPPED", "stopped"));
            return;
        }
        requests.add(request);
        serve(exchange, request);
    }

    private void serve(HttpExchange exchange, Request request) throws IOException {
        String call = request.method() + " " + request.call();
        if (request.method().equals("PUT") && request.path().startsWith(ARTIFACTS)) {
            answer(exchange, 200, JsonMapper.shared().createObjectNode());
        } else if (call.equals("GET experiments/get-by-name")) {
            String id = experiments.get(request.query().replaceFirst("^experiment_name=", ""));
            answer(
                    exchange,
                    id == null ? 404 : 200,
                    id == null
                            ? error("RESOURCE_DOES_NOT_EXIST", "no experiment")
                            : object("experiment", "experiment_id", id));
        } else if (call.equals("POST experiments/create")) {
            String id = String.valueOf(experiments.size());
            experiments.put(request.json().path("name").asString(), id);
            answer(exchange, 200, JsonMapper.shared().createObjectNode().put("experiment_id", id));
        } else if (call.equals("POST runs/create")) {
            String id = "run" + statuses.size();
            statuses.put(id, "RUNNING");
            answer(exchange, 200, run(id, request.json().path("experiment_id").asString()));
        } else if (call.equals("GET runs/get")) {
            String id = request.query().replaceFirst("^run_id=", "");
            boolean known = statuses.containsKey(id);
            answer(exchange, known ? 200 : 404, known ? run(id, "0") : error("RESOURCE_DOES_NOT_EXIST", "no run"));
        } else if (call.equals("POST runs/update")) {
            statuses.put(
                    request.json().path("run_id").asString(),
                    request.json().path("status").asString());
            answer(exchange, 200, JsonMapper.shared().createObjectNode());
        } else if (call.equals("POST runs/log-batch")) {
            answer(exchange, 200, JsonMapper.shared().createObjectNode());
        } else {
            answer(exchange, 404, error("ENDPOINT_NOT_FOUND", call));
        }
    }

    private ObjectNode run(String id, String experiment) {
        ObjectNode answer = object("run", "run_id", id);
        ObjectNode info = answer.withObject("run").putObject("info");
        info.put("run_id", id)
                .put("experiment_id", experiment)
                .put("lifecycle_stage", "active")
                .put("artifact_uri", artifactRoot + "/" + experiment + "/" + id + "/artifacts");
        return answer;
    }

    private static ObjectNode object(String name, String key, String value) {
        ObjectNode outer = JsonMapper.shared().createObjectNode();
        outer.putObject(name).put(key, value);
        return outer;
    }

    private static ObjectNode error(String code, String message) {
        return JsonMapper.shared().createObjectNode().put("error_code", code).put("message", message);
    }

    private static void answer(HttpExchange exchange, int status, ObjectNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
