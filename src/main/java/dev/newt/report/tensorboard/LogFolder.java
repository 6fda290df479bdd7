package dev.newt.report.tensorboard;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Where event files go: {@code output_dir/runs/<date>_<host>/}, one folder per run, like Hugging Face's Trainer. */
final class LogFolder {
    private static final String RUNS = "runs";
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("MMMdd_HH-mm-ss", Locale.ROOT);
    private static final Pattern EVENT_FILE = Pattern.compile("events\\.out\\.tfevents\\.(\\d{1,18})\\..*");

    private LogFolder() {}

    /**
     * The event file to create, with its folders.
     *
     * @param goesOn whether the run is resumed: its file then joins those of the latest run, since to TensorBoard a folder is a run
     */
    static Path newFile(Path outputDirectory, boolean goesOn, Instant now) throws IOException {
        Path runs = outputDirectory.resolve(RUNS);
        String host = host();
        Path folder = (goesOn ? latest(runs) : Optional.<Path>empty())
                .orElseGet(() -> unused(runs, NAME.format(now.atZone(ZoneId.systemDefault())) + "_" + host));
        Files.createDirectories(folder);
        // TensorBoard reads a folder's files in the order of their names.
        long seconds = Math.max(now.getEpochSecond(), newest(folder) + 1);
        return folder.resolve("events.out.tfevents." + seconds + "." + host + "."
                + ProcessHandle.current().pid() + ".0");
    }

    private static Path unused(Path runs, String name) {
        Path folder = runs.resolve(name);
        for (int i = 1; Files.exists(folder); i++) {
            folder = runs.resolve(name + "_" + i);
        }
        return folder;
    }

    private static Optional<Path> latest(Path runs) throws IOException {
        Optional<Path> latest = Optional.empty();
        long newest = -1;
        for (Path folder : children(runs)) {
            long seconds = Files.isDirectory(folder) ? newest(folder) : -1;
            if (seconds > newest) {
                newest = seconds;
                latest = Optional.of(folder);
            }
        }
        return latest;
    }

    /** The seconds in the name of a folder's latest event file; -1 if it has none. */
    private static long newest(Path folder) throws IOException {
        return children(folder).stream()
                .map(file -> EVENT_FILE.matcher(file.getFileName().toString()))
                .filter(Matcher::matches)
                .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
                .max()
                .orElse(-1);
    }

    private static List<Path> children(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.sorted(Comparator.naturalOrder()).toList();
        }
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9-]", "-");
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }
}
