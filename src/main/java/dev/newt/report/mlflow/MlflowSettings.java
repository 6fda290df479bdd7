package dev.newt.report.mlflow;

import dev.newt.plan.PlannedTracking;
import dev.newt.plan.RunSettings;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/**
 * The server to use, and how.
 *
 * @param server address without credentials and without a slash at its end
 * @param authorization the value of the header
 * @param experiment the experiment's name
 * @param runName absent: the server makes one up
 * @param artifacts whether checkpoints are sent too
 */
public record MlflowSettings(
        URI server, Optional<String> authorization, String experiment, Optional<String> runName, boolean artifacts) {
    private static final String DEFAULT_EXPERIMENT = "Default";

    /**
     * From the settings and, where they are silent, the environment variables that MLflow's own programs read. Empty if no server is named; the
     * configuration's warnings say so.
     *
     * @param env variables by name
     */
    public static Optional<MlflowSettings> of(RunSettings.Mlflow asked, Map<String, String> env) {
        Optional<URI> written = PlannedTracking.server(asked, env).flatMap(MlflowSettings::parse);
        return written.map(uri -> new MlflowSettings(
                withoutCredentials(uri),
                authorization(uri, env),
                asked.experiment()
                        .or(() -> value(env, "MLFLOW_EXPERIMENT_NAME"))
                        .orElse(DEFAULT_EXPERIMENT),
                asked.runName(),
                asked.artifacts()));
    }

    private static Optional<URI> parse(String written) {
        try {
            URI uri = new URI(written.replaceFirst("/+$", ""));
            return uri.getHost() == null ? Optional.empty() : Optional.of(uri);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static URI withoutCredentials(URI uri) {
        return URI.create(uri.toString().replaceFirst("//[^/@]*@", "//"));
    }

    /** As MLflow's client chooses: a name with a password before a token. */
    private static Optional<String> authorization(URI uri, Map<String, String> env) {
        Optional<String> inAddress = Optional.ofNullable(uri.getUserInfo()).filter(info -> info.contains(":"));
        Optional<String> inVariables = value(env, "MLFLOW_TRACKING_USERNAME")
                .flatMap(name -> value(env, "MLFLOW_TRACKING_PASSWORD").map(password -> name + ":" + password));
        return inVariables
                .or(() -> inAddress)
                .map(pair -> "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)))
                .or(() -> value(env, "MLFLOW_TRACKING_TOKEN").map(token -> "Bearer " + token));
    }

    private static Optional<String> value(Map<String, String> env, String name) {
        return Optional.ofNullable(env.get(name)).map(String::strip).filter(text -> !text.isEmpty());
    }

    /** Leaves the credentials out: they must not reach a log. */
    @Override
    public String toString() {
        return "MlflowSettings[server=" + server + ", authorization=" + (authorization.isPresent() ? "set" : "none")
                + ", experiment=" + experiment + ", runName=" + runName + ", artifacts=" + artifacts + "]";
    }
}
