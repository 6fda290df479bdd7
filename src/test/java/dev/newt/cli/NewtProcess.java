package dev.newt.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program in a process of its own, its output in two files. */
final class NewtProcess {
    private static final int MOST_SECONDS = 120;

    private final Process process;
    private final Path out;
    private final Path err;

    private NewtProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts this test's classes. */
    static NewtProcess ofClasses(Path workingDirectory, String... arguments) throws IOException {
        return ofClasses(Map.of(), workingDirectory, arguments);
    }

    /** As {@link #ofClasses}, with variables of its environment. */
    static NewtProcess ofClasses(Map<String, String> environment, Path workingDirectory, String... arguments)
            throws IOException {
        return start(environment, workingDirectory, List.of(), classes("-XX:TieredStopAtLevel=1"), arguments);
    }

    /** As {@link #ofClasses}, with a file of the classes that are loaded. */
    static NewtProcess ofClassesLogged(Path loadedClasses, Path workingDirectory, String... arguments)
            throws IOException {
        return start(
                Map.of(), workingDirectory, List.of(), classes("-Xlog:class+load:file=" + loadedClasses), arguments);
    }

    /** As {@link #ofClasses}, where no file may grow beyond so many blocks of 1024 bytes. */
    static NewtProcess ofClassesWithFileLimit(int blocks, Path workingDirectory, String... arguments)
            throws IOException {
        return start(
                Map.of(),
                workingDirectory,
                List.of("bash", "-c", "ulimit -f " + blocks + " && exec \"$@\"", "bash"),
                classes("-XX:-UsePerfData"),
                arguments);
    }

    /** As {@link #ofClasses}, by a script with a mount namespace of its own, to which the program is "$@". */
    static NewtProcess ofClassesWithMounts(String script, Path workingDirectory, String... arguments)
            throws IOException {
        return start(
                Map.of(),
                workingDirectory,
                List.of("unshare", "-rm", "bash", "-c", script, "bash"),
                classes("-XX:TieredStopAtLevel=1"),
                arguments);
    }

    /** As a user starts it. */
    static NewtProcess ofJar(Path jar, Path workingDirectory, String... arguments) throws IOException {
        return start(Map.of(), workingDirectory, List.of(), List.of("-jar", jar.toString()), arguments);
    }

    private static List<String> classes(String option) {
        return List.of("-Xmx512m", option, "-cp", System.getProperty("java.class.path"), Main.class.getName());
    }

    private static NewtProcess start(
            Map<String, String> environment,
            Path workingDirectory,
            List<String> by,
            List<String> how,
            String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(by);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // A killed process leaves there what it unpacked.
        command.add("-Djava.io.tmpdir=" + Files.createDirectories(workingDirectory.resolve("tmp")));
        command.addAll(how);
        command.addAll(List.of(arguments));
        Path logs = Files.createDirectories(workingDirectory.resolve("logs"));
        Path out = Files.createTempFile(logs, "", ".out");
        Path err = Files.createTempFile(logs, "", ".err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(workingDirectory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // Threads that wait by spinning would take the processor from the other tests.
        builder.environment().put("OMP_WAIT_POLICY", "passive");
        builder.environment().putAll(environment);
        return new NewtProcess(builder.start(), out, err);
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Sends a signal by its short name. */
    void send(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** Waits until standard output holds a text. */
    void awaitOut(String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(MOST_SECONDS);
        while (!out().contains(text)) {
            if (!process.isAlive() && !out().contains(text) || System.nanoTime() > end) {
                throw new AssertionError("did not say " + text + ":\n" + out() + err());
            }
            Thread.sleep(5);
        }
    }

    /** Waits for the end and returns the exit code. */
    int exitCode() throws IOException, InterruptedException {
        if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
            kill();
            throw new AssertionError("did not end:\n" + out() + err());
        }
        return process.exitValue();
    }

    String out() throws IOException {
        return Files.readString(out);
    }

    /** Standard error, without what libtorch says of itself. */
    String err() throws IOException {
        StringBuilder text = new StringBuilder();
        for (String line : Files.readAllLines(err)) {
            if (!line.contains("LegacyTypeDispatch.h")) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }
}
