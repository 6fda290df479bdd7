package dev.newt.config;

import dev.newt.config.yaml.Composer;
import dev.newt.config.yaml.ExtendedPaths;
import dev.newt.config.yaml.Overrides;
import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.ProblemException;
import dev.newt.config.yaml.Source;
import dev.newt.config.yaml.Variables;
import dev.newt.config.yaml.YamlTree;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Loads a configuration: YAML text with what it extends, overrides, environment variables, binding to records, constraints. */
public final class ConfigFile {
    private ConfigFile() {}

    /**
     * @param file YAML
     * @param overrides arguments {@code key=value}, which replace what the file says
     * @throws UserException with every error, one a line: {@code file:line:column: error: message}
     */
    public static LoadedConfig load(Path file, List<String> overrides) {
        return load(file, overrides, Path.of("").toAbsolutePath());
    }

    /**
     * As {@link #load(Path, List)}, where a configuration that cannot be used is looked at a little further, so that all that is wrong is told
     * at once.
     *
     * @param further problems of the model; called only where there are errors already, with what could be read: the name of the base model is
     *     there, and no other key need be right
     */
    public static LoadedConfig load(Path file, List<String> overrides, Function<LoadedConfig, List<Problem>> further) {
        return load(
                new Input(file, Optional.empty()),
                overrides,
                Path.of("").toAbsolutePath(),
                name -> Optional.ofNullable(System.getenv(name)),
                further);
    }

    /**
     * As {@link #load(Path, List, Function)}, of a text in place of a file.
     *
     * @param file stands for the text in messages, and its folder is where relative paths are looked for first; it need not be there
     * @throws UserException with every error, one a line
     */
    public static LoadedConfig parse(
            Path file, String text, List<String> overrides, Function<LoadedConfig, List<Problem>> further) {
        return load(
                new Input(file, Optional.of(text)),
                overrides,
                Path.of("").toAbsolutePath(),
                name -> Optional.ofNullable(System.getenv(name)),
                further);
    }

    static LoadedConfig load(Path file, List<String> overrides, Path workingDirectory) {
        return load(file, overrides, workingDirectory, name -> Optional.ofNullable(System.getenv(name)));
    }

    /** @param environment the value of a variable that a file names, if it is set */
    static LoadedConfig load(
            Path file, List<String> overrides, Path workingDirectory, Function<String, Optional<String>> environment) {
        return load(new Input(file, Optional.empty()), overrides, workingDirectory, environment, partly -> List.of());
    }

    /** @param text in place of what the file holds */
    private record Input(Path file, Optional<String> text) {}

    private static LoadedConfig load(
            Input input,
            List<String> overrides,
            Path workingDirectory,
            Function<String, Optional<String>> environment,
            Function<LoadedConfig, List<Problem>> further) {
        Path file = input.file();
        List<Problem> problems = new ArrayList<>();
        Variables variables = new Variables(environment, problems);
        Composer composer = new Composer(variables, problems);
        YamlTree.Mapping root = input.text()
                .map(text -> composer.read(file, text))
                .orElseGet(() -> composer.read(file))
                .orElseThrow(() -> failure(problems));
        Overrides changes = new Overrides(problems);
        overrides.forEach(override -> changes.apply(root, override));
        int before = problems.size();
        variables.resolveAll(root);
        List<Problem> unset = List.copyOf(problems.subList(before, problems.size()));
        Path folder = file.toAbsolutePath().getParent();
        new ExtendedPaths(folder).rebase(root);

        Source main = composer.files().get(0);
        Positions positions = new Positions(Place.start(main));
        NewtConfig config = new Binder(problems, positions).bind(NewtConfig.class, root);
        problems.addAll(new ConfigValidator(positions).validate(config));
        InputPaths paths = new InputPaths(folder, workingDirectory);
        LoadedConfig.Written written = new LoadedConfig.Written(file, composer.files(), overrides, root);
        if (problems.stream().anyMatch(Problem::isError) && namesModel(config)) {
            problems.addAll(further.apply(new LoadedConfig(config, written, List.of(), paths, positions)));
        }
        // That the value is not what it should be goes without saying then.
        problems.removeIf(problem -> !unset.contains(problem)
                && unset.stream().anyMatch(missing -> missing.place().equals(problem.place())));
        if (problems.stream().anyMatch(Problem::isError)) {
            throw failure(problems);
        }
        sort(problems);
        return new LoadedConfig(config, written, problems, paths, positions);
    }

    private static boolean namesModel(NewtConfig config) {
        String name = config.model().baseModel();
        return name != null && !name.isBlank();
    }

    /** By message too: the validator reports in no fixed order. */
    private static void sort(List<Problem> problems) {
        problems.sort(Comparator.comparing(Problem::place).thenComparing(Problem::message));
    }

    private static UserException failure(List<Problem> problems) {
        sort(problems);
        return ProblemException.of(problems);
    }
}
