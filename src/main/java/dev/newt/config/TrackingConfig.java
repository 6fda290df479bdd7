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
 * @param hfMlflowLogArtifacts send each checkpoint too
 */
@CrossChecked
public record TrackingConfig(
        @Key(value = "use_tensorboard", byDefault = "false") Boolean useTensorboard,
        @Key("use_mlflow") Optional<Boolean> useMlflow,
        @Key("mlflow_tracking_uri") Optional<@Pattern(regexp = "https?://\\S+") String> mlflowTrackingUri,
        @Key("mlflow_experiment_name") Optional<@Size(min = 1) String> mlflowExperimentName,
        @Key("mlflow_run_name") Optional<@Size(min = 1) String> mlflowRunName,
        @Key(value = "hf_mlflow_log_artifacts", byDefault = "false") Boolean hfMlflowLogArtifacts)
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
