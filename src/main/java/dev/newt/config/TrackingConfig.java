package dev.newt.config;

import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the run's metrics go besides its own folder.
 *
 * @param useTensorboard write TensorBoard event files under {@code output_dir}
 * @param useMlflow send metrics to an MLflow server; unset, as the other MLflow keys say
 * @param mlflowTrackingUri the server's address, {@code http://} or {@code https://}
 */
@CrossChecked
public record TrackingConfig(
        @Key(
                        value = "use_tensorboard",
                        byDefault = "false",
                        description = "Writes TensorBoard event files under output_dir.")
                Boolean useTensorboard,
        @Key(
                        value = "use_mlflow",
                        description = "Sends metrics to an MLflow server; unset, if mlflow_experiment_name is set.",
                        example = "true")
                Optional<Boolean> useMlflow,
        @Key(
                        value = "mlflow_tracking_uri",
                        description = "Address of the MLflow server.",
                        example = "http://localhost:5000")
                Optional<@Pattern(regexp = "https?://\\S+") String> mlflowTrackingUri,
        @Key(value = "mlflow_experiment_name", description = "Experiment that the run belongs to.", example = "orders")
                Optional<@Size(min = 1) String> mlflowExperimentName,
        @Key(value = "mlflow_run_name", description = "Name of the run in MLflow.", example = "first try")
                Optional<@Size(min = 1) String> mlflowRunName)
        implements CrossChecked.Rules {
    /** Whether metrics go to MLflow: asked for by {@code use_mlflow} or, as in Axolotl, by naming an experiment, and a server is named. */
    public boolean tracksInMlflow() {
        return mlflowTrackingUri.isPresent() && useMlflow.orElse(mlflowExperimentName.isPresent());
    }

    /** Tracking never stops a run, so a server that is not named is told and no more. */
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        boolean asked = useMlflow.orElse(mlflowExperimentName.isPresent());
        if (asked && mlflowTrackingUri.isEmpty()) {
            findings.add(Finding.warning(
                    "nothing is sent to MLflow, since mlflow_tracking_uri, the server's address, is missing",
                    "use_mlflow",
                    "mlflow_experiment_name",
                    "mlflow_tracking_uri"));
        }
        if (!asked && useMlflow.isEmpty() && mlflowTrackingUri.isPresent()) {
            findings.add(Finding.warning(
                    "nothing is sent to MLflow; write use_mlflow: true or name an experiment in mlflow_experiment_name",
                    "mlflow_tracking_uri",
                    "use_mlflow",
                    "mlflow_experiment_name"));
        }
        return findings;
    }
}
