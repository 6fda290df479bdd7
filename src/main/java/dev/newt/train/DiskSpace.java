package dev.newt.train;

import dev.newt.io.AtomicFiles;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Refuses a run whose checkpoints and outputs will not fit on the disk, before it starts. */
final class DiskSpace {
    private DiskSpace() {}

    /**
     * @param checkpoints that will be on the disk at once beyond those there now
     * @throws UserException where less than that is free
     */
    static void require(Path outputDirectory, long checkpoints, long checkpointBytes, long outputBytes) {
        double needed = (double) checkpoints * checkpointBytes + outputBytes;
        long free;
        try {
            Files.createDirectories(outputDirectory);
            free = Files.getFileStore(outputDirectory).getUsableSpace();
        } catch (IOException e) {
            throw AtomicFiles.failure(outputDirectory, e);
        }
        if (needed > free) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "output_dir %s: the run needs %s of disk space (%d checkpoints of %s, %s of outputs), %s are free."
                            + " Free some space, lower save_total_limit, or choose another output_dir.",
                    outputDirectory,
                    inUnits(needed),
                    checkpoints,
                    inUnits(checkpointBytes),
                    inUnits(outputBytes),
                    inUnits(free)));
        }
    }

    private static String inUnits(double bytes) {
        return bytes < 1e9
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}
