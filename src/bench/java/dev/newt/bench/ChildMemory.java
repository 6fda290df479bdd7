package dev.newt.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The memory of another Java process, as Linux tells it while the process runs. */
final class ChildMemory {
    private static final int PAUSE_MILLIS = 5;

    private ChildMemory() {}

    /**
     * Bytes.
     *
     * @param resident the most at one time
     * @param anonymous of them (about), those that no file backs
     * @param files of them, those of mapped files
     */
    record Peak(long resident, long anonymous, long files) {}

    /** Runs {@code java} with this process's classes and no options of its own. Throws where it fails. */
    static Peak run(Path folder, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-cp");
        command.add(Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator)));
        command.addAll(arguments);
        Path log = folder.resolve("log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        // Threads that wait by spinning would slow others down; it changes no memory.
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        Process process = builder.start();
        Peak peak = new Peak(0, 0, 0);
        while (process.isAlive()) {
            peak = later(peak, status(process.pid()));
            Thread.sleep(PAUSE_MILLIS);
        }
        if (process.exitValue() != 0) {
            throw new IOException(Files.readString(log));
        }
        return peak;
    }

    private static Peak later(Peak peak, Map<String, Long> now) {
        long most = now.getOrDefault("VmHWM", 0L);
        if (most <= peak.resident()) {
            return peak;
        }
        return new Peak(most, now.get("RssAnon"), now.get("RssFile"));
    }

    /** The sizes in {@code /proc/PID/status}; none where the process has just ended. */
    private static Map<String, Long> status(long pid) throws IOException {
        Map<String, Long> sizes = new HashMap<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                if (line.endsWith(" kB")) {
                    String[] parts = line.split(":\\s+");
                    sizes.put(parts[0], Long.parseLong(parts[1].replace(" kB", "")) << 10);
                }
            }
        } catch (NoSuchFileException e) {
            return Map.of();
        }
        return sizes;
    }
}
