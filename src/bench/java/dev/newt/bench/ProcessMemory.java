package dev.newt.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What Linux says about this process. */
final class ProcessMemory {
    private static final int MINOR_FAULTS = 7;

    private ProcessMemory() {}

    /** The most memory that was resident at one time, mapped files included. */
    static double peakMebibytes() {
        return kibibytes("VmHWM:") / 1024.0;
    }

    /** Pages that the kernel had to hand out or map since the process began. */
    static long pageFaults() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            // The command's name, in parentheses, may hold spaces.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[MINOR_FAULTS]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long kibibytes(String key) {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
            return lines.stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
