package dev.newt.plan;

import dev.newt.config.DataConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.data.DataSettings;
import dev.newt.data.PreparedSummary;
import dev.newt.io.AtomicFiles;
import dev.newt.token.SpecialTokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Leads from a configuration to its prepared data. Their own key needs a tokenizer and the content of all files; this one is made of the
 * configuration and of the files' sizes and times, so a plan finds in an instant what a run has prepared before.
 */
public final class PreparedLink {
    private static final String DEFAULT_FOLDER = "last_run_prepared";
    private static final List<String> TOKENIZER =
            List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja");

    private PreparedLink() {}

    /** Where prepared data are kept. */
    public static Path folder(LoadedConfig loaded) {
        return loaded.paths()
                .output(loaded.config().data().datasetPreparedPath().orElse(DEFAULT_FOLDER));
    }

    /** Notes where the data of a configuration are. */
    public static void remember(ExecutionPlan plan, Path directory) {
        AtomicFiles.writeString(link(plan.settings(), plan.data()), directory.getFileName() + "\n");
    }

    /** The prepared data, where they were made of the files that are there now. */
    static Optional<PreparedSummary> find(LoadedConfig loaded, ExecutionPlan.Data files) {
        DataConfig data = loaded.config().data();
        try {
            RunSettings settings = SettingsReader.read(loaded);
            Path link = link(settings, files);
            if (!Files.isRegularFile(link)) {
                return Optional.empty();
            }
            boolean validation = data.testDatasets().isEmpty() && data.valSetSize() > 0;
            return PreparedSummary.read(
                    folder(loaded).resolve(Files.readString(link).strip()),
                    settings.data().groupSize(),
                    validation,
                    PlannedBatches.mixing(data),
                    loaded.config().training().seed());
        } catch (IOException e) {
            return Optional.empty(); // Only an estimate is lost.
        }
    }

    private record Key(DataSettings data, long seed, SpecialTokens tokens, List<String> files) {}

    private static Path link(RunSettings settings, ExecutionPlan.Data files) {
        List<String> states = new ArrayList<>();
        Path tokenizer = settings.model().tokenizerFolder();
        TOKENIZER.forEach(name -> states.add(state(tokenizer.resolve(name))));
        files.train().forEach(file -> states.add(state(Path.of(file))));
        files.test().forEach(file -> states.add(state(Path.of(file))));
        String key = PlanHash.digest(
                new Key(settings.data(), settings.seed(), settings.model().specialTokens(), states));
        return settings.data().datasetPreparedPath().resolve("plan-" + key.substring(0, 32) + ".link");
    }

    private static String state(Path file) {
        try {
            return Files.exists(file)
                    ? file.toAbsolutePath().normalize() + " " + Files.size(file) + " " + Files.getLastModifiedTime(file)
                    : "";
        } catch (IOException e) {
            return "";
        }
    }
}
