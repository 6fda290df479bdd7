package dev.newt.run;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.hub.DownloadListener;
import dev.newt.hub.Hub;
import dev.newt.hub.WebCache;
import dev.newt.io.UserException;
import dev.newt.plan.RunSettings;
import dev.newt.rows.RemoteData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Brings the model and the data of a configuration here, where it names them by repository or address. */
public final class Inputs {
    private final RunSettings settings;
    private final Hub hub;
    private final RemoteData data;
    private final List<String> errors = new ArrayList<>();

    private Inputs(RunSettings settings, Hub hub, WebCache web) {
        this.settings = settings;
        this.hub = hub;
        this.data = new RemoteData(hub, web);
    }

    /**
     * Fetches the data, and of the model what says what it is: enough to plan and to prepare the data.
     *
     * @throws UserException one line for each thing that cannot be had, with its place in the file
     */
    public static void fetch(RunSettings settings, DownloadListener listener) {
        Inputs inputs = new Inputs(settings, Hub.fromEnvironment(listener), WebCache.fromEnvironment(listener));
        inputs.fetchModel(false);
        inputs.fetch(settings.dataKey(), settings.data().datasets());
        inputs.fetch("test_datasets", settings.data().testDatasets());
        inputs.requireAll();
    }

    /** Fetches the model with its weights: they are large, so this comes when all else is known to fit. */
    public static void fetchModel(RunSettings settings, DownloadListener listener) {
        Inputs inputs = new Inputs(settings, Hub.fromEnvironment(listener), WebCache.fromEnvironment(listener));
        inputs.fetchModel(!settings.model().drawnAtRandom());
        inputs.requireAll();
    }

    private void fetchModel(boolean weights) {
        RunSettings.ModelSource model = settings.model();
        attempt("base_model", () -> model.repo()
                .ifPresent(repo -> ModelDownload.model(hub.open(repo, model.revision()), weights)));
        attempt("tokenizer_config", () -> model.tokenizerRepo()
                .ifPresent(repo -> ModelDownload.tokenizer(hub.open(repo, Optional.empty()))));
    }

    private void requireAll() {
        if (!errors.isEmpty()) {
            throw new UserException(String.join("\n", errors));
        }
    }

    private void fetch(String key, List<DatasetSettings> sets) {
        for (int i = 0; i < sets.size(); i++) {
            DatasetSettings set = sets.get(i);
            if (set.synthetic().isPresent()) {
                continue;
            }
            attempt(
                    key + "[" + i + "].path",
                    () -> data.fetch(set.request(), settings.data().paths()));
        }
    }

    private void attempt(String key, Runnable part) {
        try {
            part.run();
        } catch (UserException e) {
            errors.add(settings.error(key, key + ": " + e.getMessage()).getMessage());
        }
    }
}
