package dev.newt.config;

import dev.newt.config.yaml.Overrides;
import dev.newt.config.yaml.Place;
import dev.newt.config.yaml.Problem;
import dev.newt.config.yaml.YamlReader;
import dev.newt.config.yaml.YamlTree;
import dev.newt.io.UserException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Loads a configuration: YAML text, overrides, binding to records, constraints. */
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

    static LoadedConfig load(Path file, List<String> overrides, Path workingDirectory) {
        List<Problem> problems = new ArrayList<>();
        String text = YamlReader.readText(file, problems).orElseThrow(() -> failure(problems));
        Place start = new Place(file.toString(), 1, 1);
        YamlTree.Mapping root = root(YamlReader.readFile(file.toString(), text, problems), start, problems);
        Overrides changes = new Overrides(problems);
        overrides.forEach(override -> changes.apply(root, override));

        Positions positions = new Positions(start);
        NewtConfig config = new Binder(problems, positions).bind(NewtConfig.class, root);
        problems.addAll(new ConfigValidator(positions).validate(config));
        // By message too: the validator reports in no fixed order.
        problems.sort(Comparator.comparing(Problem::place).thenComparing(Problem::message));
        if (problems.stream().anyMatch(ConfigFile::isError)) {
            throw failure(problems);
        }
        Path folder = file.toAbsolutePath().getParent();
        return new LoadedConfig(
                config, file, text, overrides, problems, new InputPaths(folder, workingDirectory), positions);
    }

    /** A file that is not a mapping ends here: nothing else about it can be known. */
    private static YamlTree.Mapping root(Optional<YamlTree> tree, Place start, List<Problem> problems) {
        if (tree.isPresent() && tree.get() instanceof YamlTree.Mapping mapping) {
            return mapping;
        }
        if (problems.isEmpty()) {
            boolean empty = tree.isEmpty() || tree.get() instanceof YamlTree.Scalar scalar && scalar.isNull();
            problems.add(new Problem(
                    tree.map(YamlTree::place).orElse(start),
                    Problem.Severity.ERROR,
                    empty
                            ? "the file is empty; write base_model, datasets and learning_rate at least"
                            : "the file is " + tree.get().describe() + "; it takes keys with values, key: value"));
        }
        throw failure(problems);
    }

    private static boolean isError(Problem problem) {
        return problem.severity() == Problem.Severity.ERROR;
    }

    private static UserException failure(List<Problem> problems) {
        return new UserException(problems.stream()
                .filter(ConfigFile::isError)
                .map(Problem::toString)
                .distinct()
                .collect(Collectors.joining("\n")));
    }
}
