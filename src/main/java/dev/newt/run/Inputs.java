package dev.newt.run;

import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.ModelConfig;
import dev.newt.hub.DownloadListener;
import dev.newt.hub.Hub;
import dev.newt.hub.ModelLocation;
import dev.newt.hub.Repo;
import dev.newt.hub.WebCache;
import dev.newt.io.UserException;
import dev.newt.plan.ConfiguredDataset;
import dev.newt.rows.RemoteData;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings the model and the data of a configuration here, where it names them by repository or address. */
public final class Inputs {
    private final LoadedConfig loaded;
    private final Hub hub;
    private final RemoteData data;
    private final List<String> errors = new ArrayList<>();

    private Inputs(LoadedConfig loaded, Hub hub, WebCache web) {
        this.loaded = loaded;
        this.hub = hub;
        this.data = new RemoteData(hub, web);
    }

    /**
     * Fetches the data, and of the model what says what it is: enough to plan and to prepare the data.
     *
     * @throws UserException one line for each thing that cannot be had, with its place in the file
     */
    public static void fetch(LoadedConfig loaded, DownloadListener listener) {
        Inputs inputs = new Inputs(loaded, Hub.fromEnvironment(listener), WebCache.fromEnvironment(listener));
        inputs.fetchModel(false);
        inputs.fetch(loaded.config().trainingDatasetsKey(), loaded.config().trainingDatasets());
        inputs.fetch("test_datasets", loaded.config().data().testDatasets());
        inputs.requireAll();
    }

    /** Fetches the model with its weights: they are large, so this comes when all else is known to fit. */
    public static void fetchModel(LoadedConfig loaded, DownloadListener listener) {
        Inputs inputs = new Inputs(loaded, Hub.fromEnvironment(listener), WebCache.fromEnvironment(listener));
        inputs.fetchModel(!loaded.config().model().reinitWeights());
        inputs.requireAll();
    }

    /** The folder of the base model. */
    static Path model(LoadedConfig loaded) {
        ModelConfig model = loaded.config().model();
        return ModelLocation.of(model.baseModel(), loaded.paths().find(model.baseModel()), model.revisionOfModel());
    }

    /** The folder of the tokenizer. */
    static Path tokenizer(LoadedConfig loaded) {
        return loaded.config()
                .model()
                .tokenizerConfig()
                .map(written -> ModelLocation.of(written, loaded.paths().find(written), Optional.empty()))
                .orElseGet(() -> model(loaded));
    }

    /** What an adapter calls the model that it belongs to: its name on the hub, or its folder. */
    static String modelName(LoadedConfig loaded) {
        String written = loaded.config().model().baseModel();
        return ModelLocation.repo(written, loaded.paths().find(written)).isPresent()
                ? written
                : model(loaded).toAbsolutePath().toString();
    }

    private void fetchModel(boolean weights) {
        attempt("base_model", () -> repo(loaded.config().model().baseModel())
                .ifPresent(repo -> ModelDownload.model(
                        hub.open(repo, loaded.config().model().revisionOfModel()), weights)));
        attempt("tokenizer_config", () -> loaded.config()
                .model()
                .tokenizerConfig()
                .flatMap(this::repo)
                .ifPresent(repo -> ModelDownload.tokenizer(hub.open(repo, Optional.empty()))));
    }

    private void requireAll() {
        if (!errors.isEmpty()) {
            throw new UserException(String.join("\n", errors));
        }
    }

    private void fetch(String key, List<DatasetConfig> sets) {
        for (int i = 0; i < sets.size(); i++) {
            DatasetConfig set = sets.get(i);
            if (set.isSynthetic()) {
                continue;
            }
            attempt(
                    key + "[" + i + "].path",
                    () -> data.fetch(ConfiguredDataset.request(loaded, set), loaded.paths()::find));
        }
    }

    private Optional<Repo> repo(String written) {
        return ModelLocation.repo(written, loaded.paths().find(written));
    }

    private void attempt(String key, Runnable part) {
        try {
            part.run();
        } catch (UserException e) {
            errors.add(loaded.error(key, key + ": " + e.getMessage()).getMessage());
        }
    }
}
