package dev.newt.config;

import dev.newt.io.UserException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * Where the paths of a configuration lead. What is read is looked up from the configuration's folder, then from the working directory; what
 * is written goes under the working directory. Absolute paths and {@code ~/} stay what they are.
 *
 * @param configFolder absolute
 * @param workingDirectory absolute
 */
public record InputPaths(Path configFolder, Path workingDirectory) {
    /** The file or folder to read; where there is none, its path under the configuration's folder. */
    public Path find(String written) {
        Path path = path(written);
        Path first = configFolder.resolve(path).normalize();
        Path second = workingDirectory.resolve(path).normalize();
        return !Files.exists(first) && Files.exists(second) ? second : first;
    }

    /** The file or folder to write. */
    public Path output(String written) {
        return workingDirectory.resolve(path(written)).normalize();
    }

    private static Path path(String written) {
        try {
            return Path.of(home(written));
        } catch (InvalidPathException e) {
            throw new UserException("'" + written + "' is not a path: " + e.getReason(), e);
        }
    }

    private static String home(String written) {
        return written.startsWith("~/") ? System.getProperty("user.home") + written.substring(1) : written;
    }
}
