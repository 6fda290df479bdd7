package dev.newt.plan;

import dev.newt.config.LoadedConfig;
import dev.newt.hub.ModelLocation;
import dev.newt.io.UserException;
import dev.newt.model.family.Checkpoint;
import dev.newt.model.family.ModelConfig;
import dev.newt.token.Tokenizer;
import dev.newt.weights.ModelDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks whether a model's files are there and fit its config.json: what loading it would refuse, from the files' headers alone. */
final class ModelFiles {
    private ModelFiles() {}

    /** All that is wrong, with the place in the configuration; nothing of what is yet to be fetched. */
    static List<UserException> problems(LoadedConfig loaded, PlannedModel model) {
        List<UserException> problems = new ArrayList<>();
        boolean fetched = model.folder().isPresent() && model.isFromHub();
        model.folder()
                .filter(folder -> !loaded.config().model().reinitWeights())
                .filter(folder -> !fetched || ModelDirectory.isWhole(folder))
                .ifPresent(folder -> add(problems, loaded, "base_model", () -> requireWeights(folder, model.config())));
        Optional<String> other = loaded.config().model().tokenizerConfig();
        if (other.isPresent()) {
            Path here = loaded.paths().find(other.get());
            Path folder = ModelLocation.of(other.get(), here, Optional.empty());
            boolean toFetch = !folder.equals(here)
                    || ModelLocation.repo(other.get(), here).isPresent();
            if (!toFetch) {
                add(problems, loaded, "tokenizer_config", () -> Tokenizer.requireFiles(folder));
            }
        } else if (model.folder().isPresent() && !fetched) {
            add(
                    problems,
                    loaded,
                    "base_model",
                    () -> Tokenizer.requireFiles(model.folder().get()));
        }
        return problems;
    }

    private static void requireWeights(Path folder, ModelConfig model) {
        try (ModelDirectory directory = ModelDirectory.open(folder)) {
            Checkpoint.require(model, directory);
        }
    }

    private static void add(List<UserException> problems, LoadedConfig loaded, String key, Runnable check) {
        try {
            check.run();
        } catch (UserException e) {
            String message = e.getMessage();
            String plain = message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
            problems.add(loaded.error(key, key + ": " + plain));
        }
    }
}
