package dev.newt.plan;

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
 * Leads from settings to their prepared data. Their own key needs a tokenizer and the content of all files; this one is made of the settings
 * and of the files' sizes and times, so a plan finds in an instant what a run has prepared before.
 */
public final class PreparedLink {
    private static final List<String> TOKENIZER =
            List.of("tokenizer.json", "tokenizer_config.json", "chat_template.jinja");

    private PreparedLink() {}

    /** Notes where the data of a configuration are. */
    public static void remember(ExecutionPlan plan, Path directory) {
        AtomicFiles.writeString(link(plan.settings(), plan.data()), directory.getFileName() + "\n");
    }

    /** The prepared data, where they were made of the files that are there now. */
    static Optional<PreparedSummary> find(RunSettings settings, ExecutionPlan.Data files) {
        DataSettings data = settings.data();
        try {
            Path link = link(settings, files);
            if (!Files.isRegularFile(link)) {
                return Optional.empty();
            }
            boolean validation = data.testDatasets().isEmpty() && data.valSetSize() > 0;
            return PreparedSummary.read(
                    data.datasetPreparedPath().resolve(Files.readString(link).strip()),
                    data.groupSize(),
                    validation,
                    data.mixing(),
                    settings.seed());
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
