package dev.newt.regress;

import java.nio.file.Path;

/**
 * The place of baselines: one file for each configuration, named after its path below the working directory.
 *
 * @param folder of the baselines
 * @param workingDirectory absolute
 */
public record BaselineFolder(Path folder, Path workingDirectory) {
    /** {@code examples/yaml/a.yaml} has {@code examples/yaml/a.yaml.json}; a file elsewhere is named after its absolute path. */
    Path file(Path config) {
        Path absolute = workingDirectory.resolve(config).normalize();
        Path named = absolute.startsWith(workingDirectory)
                ? workingDirectory.relativize(absolute)
                : absolute.getRoot().relativize(absolute);
        return folder.resolve(named.resolveSibling(named.getFileName() + ".json"));
    }
}
