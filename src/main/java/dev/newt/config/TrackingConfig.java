package dev.newt.config;

import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the run's metrics go besides its own folder. Tracking never stops a run, so what cannot be done is told in a warning.
 *
 * @param useTensorboard write TensorBoard event files under {@code output_dir}
 * @param useMlflow send metrics to an MLflow server; unset, as the other MLflow keys say
 * @param mlflowTrackingUri the server's address; unset, the environment's {@code MLFLOW_TRACKING_URI}
 * @param hfMlflowLogArtifacts send the checkpoints too
 */
@CrossChecked
public record TrackingConfig(
        @Key(
                        value = "use_tensorboard",
                        byDefault = "false",
                        description = "Writes TensorBoard event files under output_dir/runs.")
                Boolean useTensorboard,
        @Key(
                        value = "use_mlflow",
                        description = "Sends metrics to an MLflow server; unset, if mlflow_experiment_name is set.",
                        example = "true")
                Optional<Boolean> useMlflow,
        @Key(
                        value = "mlflow_tracking_uri",
                        description =
                                "Address of the MLflow server, http:// or https://; unset, the environment variable MLFLOW_TRACKING_URI.",
                        example = "http://localhost:5000")
                Optional<@Size(min = 1) String> mlflowTrackingUri,
        @Key(
                        value = "mlflow_experiment_name",
                        description = "Experiment that the run belongs to; created where there is none.",
                        example = "orders")
                Optional<@Size(min = 1) String> mlflowExperimentName,
        @Key(
                        value = "mlflow_run_name",
                        description = "Name of the run in MLflow; unset, the server makes one up.",
                        example = "first try")
                Optional<@Size(min = 1) String> mlflowRunName,
        @Key(
                        value = "hf_mlflow_log_artifacts",
                        byDefault = "false",
                        description = "Sends each saved checkpoint to MLflow too, where the server keeps artifacts.")
                Boolean hfMlflowLogArtifacts)
        implements CrossChecked.Rules {
    /** The variable that MLflow's own programs read. */
    public static final String TRACKING_URI_VARIABLE = "MLFLOW_TRACKING_URI";

    /** Whether metrics are to go to MLflow: asked for by {@code use_mlflow} or, as in Axolotl, by naming an experiment. */
    public boolean asksForMlflow() {
        return useMlflow.orElse(mlflowExperimentName.isPresent());
    }

    /** Whether this is the address of a server, and not a folder or a database, which MLflow's Python library opens itself. */
    public static boolean isServer(String trackingUri) {
        String lower = trackingUri.toLowerCase(Locale.ROOT);
        return lower.matches("https?://\\S+");
    }

    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        String variable =
                Optional.ofNullable(System.getenv(TRACKING_URI_VARIABLE)).orElse("");
        String uri = mlflowTrackingUri.orElse(variable);
        if (asksForMlflow() && uri.isEmpty()) {
            findings.add(Finding.warning(
                    "nothing is sent to MLflow: neither mlflow_tracking_uri nor the environment variable "
                            + TRACKING_URI_VARIABLE + " gives the server's address",
                    "use_mlflow",
                    "mlflow_experiment_name",
                    "mlflow_tracking_uri"));
        } else if (asksForMlflow() && !isServer(uri)) {
            findings.add(Finding.warning(
                    "nothing is sent to MLflow: "
                            + (mlflowTrackingUri.isPresent() ? "mlflow_tracking_uri" : TRACKING_URI_VARIABLE)
                            + " must be the address of a server, http:// or https://; start one with mlflow server",
                    "mlflow_tracking_uri",
                    "use_mlflow",
                    "mlflow_experiment_name"));
        }
        if (useMlflow.isEmpty()
                && mlflowExperimentName.isEmpty()
                && (mlflowTrackingUri.isPresent() || hfMlflowLogArtifacts)) {
            findings.add(Finding.warning(
                    "nothing is sent to MLflow; write use_mlflow: true or name an experiment in mlflow_experiment_name",
                    "mlflow_tracking_uri",
                    "hf_mlflow_log_artifacts",
                    "use_mlflow",
                    "mlflow_experiment_name"));
        }
        return findings;
    }
}
