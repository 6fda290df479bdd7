package dev.newt.report.tracking;

import dev.newt.config.LoadedConfig;
import dev.newt.report.mlflow.MlflowSettings;
import dev.newt.report.mlflow.MlflowTracking;
import dev.newt.report.tensorboard.TensorBoardFiles;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Sends metrics to the places a configuration names besides the run's folder. No failure there stops a run. */
public final class Tracking implements TrainingListener, AutoCloseable {
    private final List<TensorBoardFiles> files = new ArrayList<>();
    private final List<MlflowTracking> servers = new ArrayList<>();

    /**
     * @param env the environment variables, which may give a server and credentials
     * @param warnings receives what went wrong, on the thread that reports the events
     */
    public Tracking(LoadedConfig loaded, Path outputDirectory, Map<String, String> env, Consumer<String> warnings) {
        if (loaded.config().tracking().useTensorboard()) {
            files.add(new TensorBoardFiles(outputDirectory, loaded.resolved(), warnings));
        }
        MlflowSettings.of(loaded.config().tracking(), env)
                .ifPresent(settings -> servers.add(new MlflowTracking(
                        settings, loaded.values(), loaded.file().getFileName().toString(), warnings)));
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
