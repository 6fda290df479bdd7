package dev.newt.plan;

import dev.newt.config.TrackingConfig;
import java.util.Map;
import java.util.Optional;

/** Where a configuration sends metrics besides the run's folder. */
public final class PlannedTracking {
    private PlannedTracking() {}

    public static RunSettings.Tracking of(TrackingConfig config) {
        return new RunSettings.Tracking(
                config.useTensorboard(),
                config.asksForMlflow()
                        ? Optional.of(new RunSettings.Mlflow(
                                config.mlflowTrackingUri(),
                                config.mlflowExperimentName(),
                                config.mlflowRunName(),
                                config.hfMlflowLogArtifacts()))
                        : Optional.empty());
    }

    /**
     * The address of the server; empty where none is named, or where that is no server. The configuration's warnings say so then.
     *
     * @param env variables by name
     */
    public static Optional<String> server(RunSettings.Mlflow mlflow, Map<String, String> env) {
        return mlflow.server()
                .or(() -> Optional.ofNullable(env.get(TrackingConfig.TRACKING_URI_VARIABLE))
                        .map(String::strip)
                        .filter(text -> !text.isEmpty()))
                .filter(TrackingConfig::isServer);
    }
}
