package dev.newt.run;

import dev.newt.io.AtomicFiles;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.OutputPlaces;
import dev.newt.plan.PlanJson;
import dev.newt.plan.RunSettings;
import dev.newt.train.Resume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Keeps a run from replacing what it did not make. A run signs its folder by plan.json before it writes anything else; a folder that is signed
 * by the same plan is the run's own, to go on in or to begin again in. {@code overwrite_output_dir} lets everything be replaced.
 */
final class OutputGuard {
    private static final String KEY = "output_dir";
    private static final String SIGNATURE = "plan.json";
    private static final int MOST_NAMED = 5;

    private final RunSettings settings;
    private final ExecutionPlan plan;
    private final Path output;

    OutputGuard(ExecutionPlan plan) {
        this.settings = plan.settings();
        this.plan = plan;
        this.output = plan.settings().output().folder();
    }

    /** @throws dev.newt.io.UserException where something would be lost, with the place of {@code output_dir} in the file */
    void require() {
        if (settings.output().overwrite()) {
            return;
        }
        List<String> there = written();
        if (there.isEmpty()) {
            return;
        }
        Optional<String> signed = signature();
        if (signed.isEmpty()) {
            throw settings.error(
                    KEY,
                    KEY + ": " + output + " holds files that no run made, and that this one would replace: "
                            + named(there)
                            + "; choose another folder, or set overwrite_output_dir: true to have them replaced");
        }
        List<String> results = there.stream().filter(OutputGuard::isResult).toList();
        if (!signed.get().equals(plan.hash()) && !results.isEmpty() && !leftToResume(results)) {
            throw settings.error(
                    KEY,
                    KEY + ": " + output
                            + " holds what a run with another configuration made, and this one would replace"
                            + " it: " + named(results)
                            + "; choose another folder, or set overwrite_output_dir: true to have it replaced");
        }
    }

    /** Writes newt.yaml and plan.json. */
    void sign() {
        // In this order: without plan.json the folder would seem to be somebody else's.
        AtomicFiles.writeString(output.resolve(SIGNATURE), PlanJson.write(plan));
        AtomicFiles.writeString(output.resolve("newt.yaml"), settings.origin().text());
    }

    /** Who resumes from another configuration's checkpoint is told so when it is read. */
    private boolean leftToResume(List<String> results) {
        boolean resumes = !(settings.output().resume() instanceof Resume.Fresh);
        return resumes && results.stream().anyMatch(OutputPlaces::isCheckpoint);
    }

    /** Names in the folder that the run may write to, in order. */
    private List<String> written() {
        if (!Files.isDirectory(output)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(output)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> OutputPlaces.isWritten(name) || OutputPlaces.isCheckpoint(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw AtomicFiles.failure(output, e);
        }
    }

    private static boolean isResult(String name) {
        return name.endsWith(".safetensors") || OutputPlaces.isCheckpoint(name);
    }

    private static String named(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(MOST_NAMED, names.size())))
                + (names.size() > MOST_NAMED ? " and " + (names.size() - MOST_NAMED) + " more" : "");
    }

    /** The hash of the plan that the folder belongs to. */
    private Optional<String> signature() {
        try {
            String hash = JsonMapper.shared()
                    .readTree(Files.readString(output.resolve(SIGNATURE)))
                    .path("hash")
                    .asString("");
            return Optional.of(hash).filter(text -> !text.isEmpty());
        } catch (IOException | JacksonException e) {
            return Optional.empty();
        }
    }
}
