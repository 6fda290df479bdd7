package dev.newt.regress;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import dev.newt.regress.Recording.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

/**
 * The numbers a configuration gave when it was known to be right, as a JSON file.
 *
 * @param tolerance the tolerance for later runs
 * @param newt the version that made it
 * @param platform operating system, architecture, Java
 */
public record Baseline(Recording recording, Tolerance tolerance, String newt, String platform) {
    private static final int FORMAT = 1;

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** The file, value by value: a list for each quantity, with one element per step. */
    private record Content(
            int format,
            String planHash,
            String newt,
            String device,
            String platform,
            Tolerance tolerance,
            List<Double> loss,
            List<Double> gradNorm,
            List<Long> tokens,
            List<Long> trainedTokens,
            Map<String, String> config) {}

    /** A baseline of this version on this machine. */
    static Baseline of(Recording recording, Tolerance tolerance) {
        String version = Optional.ofNullable(Baseline.class.getPackage().getImplementationVersion())
                .orElse("development");
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", Java "
                + Runtime.version().feature();
        return new Baseline(recording, tolerance, version, platform);
    }

    /** Replaces the file atomically. */
    void write(Path file) {
        List<Step> steps = recording.steps();
        Content content = new Content(
                FORMAT,
                recording.planHash(),
                newt,
                recording.device(),
                platform,
                tolerance,
                steps.stream().map(Step::loss).toList(),
                steps.stream().map(Step::gradNorm).toList(),
                steps.stream().map(Step::tokens).toList(),
                steps.stream().map(Step::trainedTokens).toList(),
                recording.values());
        AtomicFiles.writeString(
                file,
                JSON.writerWithDefaultPrettyPrinter()
                                .writeValueAsString(content)
                                .replace("\r\n", "\n") + "\n");
    }

    /**
     * Empty if there is no such file.
     *
     * @throws UserException if it is not a baseline in this format
     */
    static Optional<Baseline> read(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Content content;
        try {
            content = JSON.readValue(Files.readAllBytes(file), Content.class);
        } catch (JacksonException e) {
            Throwable reason = e.getCause() instanceof UserException ? e.getCause() : e;
            String message = reason == e ? e.getOriginalMessage() : reason.getMessage();
            int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
            throw notABaseline(file, line, message);
        } catch (IOException e) {
            throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
        }
        if (content.format() != FORMAT) {
            throw notABaseline(file, 1, "its format is " + content.format() + ", this version reads " + FORMAT);
        }
        return Optional.of(new Baseline(
                new Recording(content.planHash(), content.config(), content.device(), steps(file, content)),
                content.tolerance(),
                content.newt(),
                content.platform()));
    }

    private static List<Step> steps(Path file, Content content) {
        int count = content.loss().size();
        if (count == 0
                || content.gradNorm().size() != count
                || content.tokens().size() != count
                || content.trainedTokens().size() != count) {
            throw notABaseline(
                    file,
                    1,
                    "loss, grad_norm, tokens and trained_tokens must have equally many elements, at least one");
        }
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            steps.add(new Step(
                    content.loss().get(i),
                    content.gradNorm().get(i),
                    content.tokens().get(i),
                    content.trainedTokens().get(i)));
        }
        return steps;
    }

    /** @param reason only its first part is shown */
    private static UserException notABaseline(Path file, int line, String reason) {
        return new UserException(file + ":" + line + ":1: error: not a baseline: " + reason.split("\n|; | \\(", 2)[0]
                + ". Rewrite it with --update.");
    }
}
