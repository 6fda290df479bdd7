package dev.newt.regress;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The configurations that files and folders name. */
public final class ConfigFiles {
    private ConfigFiles() {}

    /**
     * The given files, and all {@code .yaml} and {@code .yml} files below the given folders, by name, each once.
     *
     * @throws UserException if a file does not exist, or a folder has none
     */
    public static List<Path> find(List<Path> named) {
        Set<Path> found = new LinkedHashSet<>();
        for (Path path : named) {
            if (Files.isDirectory(path)) {
                List<Path> below = below(path);
                if (below.isEmpty()) {
                    throw new UserException(path + ": there is no .yaml file in this folder");
                }
                found.addAll(below);
            } else if (Files.exists(path)) {
                found.add(path.normalize());
            } else {
                throw new UserException(path + ": there is no such file or folder");
            }
        }
        return List.copyOf(found);
    }

    private static List<Path> below(Path folder) {
        try (Stream<Path> walk = Files.walk(folder)) {
            return walk.filter(path -> isYaml(path) && Files.isRegularFile(path))
                    .map(Path::normalize)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UserException(folder + ": cannot be listed: " + e.getMessage(), e);
        }
    }

    private static boolean isYaml(Path path) {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".yaml") || name.endsWith(".yml");
    }
}
