package dev.newt.config;

import dev.newt.config.yaml.FlatValues;
import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.ProblemException;
import dev.newt.config.yaml.Source;
import dev.newt.config.yaml.YamlTree;
import dev.newt.config.yaml.YamlWriter;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A configuration that can be used, with what is needed to speak about it. */
public final class LoadedConfig {
    private final NewtConfig config;
    private final Written written;
    private final List<Problem> warnings;
    private final InputPaths paths;
    private final Positions positions;

    /**
     * What the configuration was made from.
     *
     * @param file as the user named it
     * @param files that were read: this one and those that it extends
     * @param overrides arguments {@code key=value}
     * @param tree all of them put together
     */
    record Written(Path file, List<Source> files, List<String> overrides, YamlTree.Mapping tree) {
        Written {
            files = List.copyOf(files);
            overrides = List.copyOf(overrides);
        }
    }

    LoadedConfig(NewtConfig config, Written written, List<Problem> warnings, InputPaths paths, Positions positions) {
        this.config = config;
        this.written = written;
        this.warnings = List.copyOf(warnings);
        this.paths = paths;
        this.positions = positions;
    }

    public NewtConfig config() {
        return config;
    }

    public Path file() {
        return written.file();
    }

    /**
     * What says the whole configuration: the file as it was read, or, where another file, a variable or an argument adds to it, all of them
     * as one file.
     */
    public String text() {
        String text = written.files().get(0).text();
        boolean alone = written.files().size() == 1 && written.overrides().isEmpty() && !text.contains("${");
        return alone ? text : resolved();
    }

    /** Files, arguments and variables as one file, secrets masked. Read from the same folder it gives the same plan. */
    public String resolved() {
        return YamlWriter.write(written.tree(), false);
    }

    /** The same with the defaults of unset keys, and a comment after each value that says where it comes from. */
    public String origins() {
        return YamlWriter.write(Defaults.added(written.tree()), true);
    }

    /** Every value of {@link #resolved()} by its key path, such as {@code datasets[0].path}, secrets masked. */
    public Map<String, String> values() {
        return FlatValues.of(written.tree());
    }

    /** The arguments {@code key=value} that were applied. */
    public List<String> overrides() {
        return written.overrides();
    }

    /**
     * The same text with other arguments {@code key=value}.
     *
     * @throws UserException with every error, one a line
     */
    public LoadedConfig withOverrides(List<String> others) {
        String text = written.files().get(0).text();
        return ConfigFile.parse(written.file(), text, others, partly -> List.of());
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

    /** Whether the value of a key path was given, and not left to its default. */
    public boolean states(String keyPath) {
        return positions.has(keyPath);
    }

    /** Bad input that shows only later, told like one of the file's own errors. */
    public UserException error(String keyPath, String message) {
        return ProblemException.of(
                List.of(new Problem(place(keyPath), Problem.Severity.ERROR, message).ofKey(keyPath)));
    }
}
