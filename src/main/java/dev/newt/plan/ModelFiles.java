package dev.newt.plan;

import dev.newt.io.UserException;
import dev.newt.model.family.Checkpoint;
import dev.newt.model.family.ModelConfig;
import dev.newt.plan.RunSettings.ModelSource;
import dev.newt.plan.RunSettings.Places;
import dev.newt.token.Tokenizer;
import dev.newt.weights.ModelDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Looks whether a model's files are there and fit its config.json: what loading it would refuse, from the files' headers alone. */
final class ModelFiles {
    private ModelFiles() {}

    /** All that is wrong, with its place; nothing of what is yet to be fetched. */
    static List<UserException> problems(ModelSource source, Places places, PlannedModel model) {
        List<UserException> problems = new ArrayList<>();
        boolean fetched = model.folder().isPresent() && model.isFromHub();
        model.folder()
                .filter(folder -> !source.drawnAtRandom())
                .filter(folder -> !fetched || ModelDirectory.isWhole(folder))
                .ifPresent(folder -> add(problems, places, "base_model", () -> requireWeights(folder, model.config())));
        if (source.tokenizer().isPresent()) {
            Path folder = source.tokenizerFolder();
            boolean toFetch = !folder.equals(source.tokenizerHere().orElseThrow())
                    || source.tokenizerRepo().isPresent();
            if (!toFetch) {
                add(problems, places, "tokenizer_config", () -> Tokenizer.requireFiles(folder));
            }
        } else if (model.folder().isPresent() && !fetched) {
            add(
                    problems,
                    places,
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

    private static void add(List<UserException> problems, Places places, String key, Runnable check) {
        try {
            check.run();
        } catch (UserException e) {
            String message = e.getMessage();
            String plain = message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
            problems.add(places.error(key, key + ": " + plain));
        }
    }
}
