package dev.newt.config;

import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;

/** A configuration that can be used, with what is needed to speak about it. */
public final class LoadedConfig {
    private final NewtConfig config;
    private final Path file;
    private final String text;
    private final List<String> overrides;
    private final List<Problem> warnings;
    private final InputPaths paths;
    private final Positions positions;

    LoadedConfig(
            NewtConfig config,
            Path file,
            String text,
            List<String> overrides,
            List<Problem> warnings,
            InputPaths paths,
            Positions positions) {
        this.config = config;
        this.file = file;
        this.text = text;
        this.overrides = List.copyOf(overrides);
        this.warnings = List.copyOf(warnings);
        this.paths = paths;
        this.positions = positions;
    }

    public NewtConfig config() {
        return config;
    }

    public Path file() {
        return file;
    }

    /** The file as it was read. */
    public String text() {
        return text;
    }

    /** The arguments {@code key=value} that were applied. */
    public List<String> overrides() {
        return overrides;
    }

    /** In reading order. */
    public List<Problem> warnings() {
        return warnings;
    }

    public InputPaths paths() {
        return paths;
    }

    /** Where a key path such as {@code datasets[0].path} has its value; for an unset key, where the values around it are. */
    public Place place(String keyPath) {
        return positions.of(keyPath);
    }

    /** Bad input that shows only later, told like one of the file's own errors. */
    public UserException error(String keyPath, String message) {
        return new UserException(new Problem(place(keyPath), Problem.Severity.ERROR, message).toString());
    }
}
