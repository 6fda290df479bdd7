package dev.newt.report.tracking;

import dev.newt.plan.RunSettings;
import dev.newt.report.mlflow.MlflowSettings;
import dev.newt.report.mlflow.MlflowTracking;
import dev.newt.report.tensorboard.TensorBoardFiles;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Sends metrics to the places that settings name besides the run's folder. No failure there stops a run. */
public final class Tracking implements TrainingListener, AutoCloseable {
    private final List<TensorBoardFiles> files = new ArrayList<>();
    private final List<MlflowTracking> servers = new ArrayList<>();

    /**
     * @param env the environment variables, which may give a server and credentials
     * @param warnings receives what went wrong, on the thread that reports the events
     */
    public Tracking(RunSettings settings, Map<String, String> env, Consumer<String> warnings) {
        RunSettings.Origin origin = settings.origin();
        if (settings.tracking().tensorboard()) {
            files.add(new TensorBoardFiles(settings.output().folder(), origin.resolved(), warnings));
        }
        settings.tracking()
                .mlflow()
                .flatMap(mlflow -> MlflowSettings.of(mlflow, env))
                .ifPresent(server -> servers.add(new MlflowTracking(
                        server, origin.values(), origin.file().getFileName().toString(), warnings)));
    }

    @Override
    public void on(TrainingEvent event) {
        files.forEach(listener -> listener.on(event));
        servers.forEach(listener -> listener.on(event));
    }

    @Override
    public void close() {
        files.forEach(TensorBoardFiles::close);
        servers.forEach(MlflowTracking::close);
    }
}
