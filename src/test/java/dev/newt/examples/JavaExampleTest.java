package dev.newt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * examples/java, built and run as its README section says, from the jar that was just built. The example gets a local repository of its own, which
 * fills itself from the one in use as if that were a server: nothing is fetched from elsewhere, and nothing is written there.
 */
@Tag("slow")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the class path in the example's manifest has paths without drives")
class JavaExampleTest {
    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final String VERSION = System.getProperty("newt.version", "0.1.0-SNAPSHOT");
    private static final Path IN_USE =
            Path.of(System.getProperty("newt.maven.repository", System.getProperty("user.home") + "/.m2/repository"));
    private static final int MOST_MINUTES = 10;

    @TempDir
    Path folder;

    @Test
    void buildsAndRuns() throws Exception {
        Path project = copy(EXAMPLES.resolve("java"), folder.resolve("project"));
        Path repository = folder.resolve("repository");
        install(repository.resolve("dev/newt/newt").resolve(VERSION));
        Path settings = Files.writeString(
                folder.resolve("settings.xml"),
                """
                <settings>
                  <localRepository>%s</localRepository>
                  <mirrors>
                    <mirror>
                      <id>in-use</id>
                      <mirrorOf>*</mirrorOf>
                      <url>%s</url>
                    </mirror>
                  </mirrors>
                </settings>
                """
                        .formatted(repository, IN_USE.toUri()));

        run(project, maven(), "--batch-mode", "--quiet", "--settings", settings.toString(), "package");
        String out = run(
                project,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/newt-example.jar",
                EXAMPLES.toString());

        assertThat(out).contains("valid: true\nplan: ").contains(" parameters trained, about ");
        List<Double> losses = Pattern.compile("step \\d of 8: loss (\\S+)\n")
                .matcher(out)
                .results()
                .map((MatchResult line) -> Double.valueOf(line.group(1)))
                .toList();
        assertThat(losses).hasSize(8);
        assertThat(losses.get(7)).isLessThan(losses.get(0));
        assertThat(out).contains("tuned: ").containsPattern("answer: \\S+");
        assertThat(project.resolve("target/tuned/merged/model.safetensors")).exists();
    }

    /** The files that mvn install would put there. */
    private static void install(Path place) throws IOException {
        Path jar = Path.of("target/newt-" + VERSION + ".jar");
        assertThat(jar).as("mvn package makes it").exists();
        Files.createDirectories(place);
        Files.copy(jar, place.resolve("newt-" + VERSION + ".jar"));
        Files.copy(Path.of("pom.xml"), place.resolve("newt-" + VERSION + ".pom"));
    }

    private static String maven() {
        return Optional.ofNullable(System.getProperty("newt.maven.home"))
                .map(home -> Path.of(home, "bin", "mvn").toString())
                .orElse("mvn");
    }

    /** Without what an earlier build by hand left there. */
    private static Path copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                if (Files.isRegularFile(file) && !file.startsWith(from.resolve("target"))) {
                    Path target = to.resolve(from.relativize(file));
                    Files.createDirectories(target.getParent());
                    Files.copy(file, target);
                }
            }
        }
        return to;
    }

    private String run(Path directory, String... command) throws Exception {
        Path log = Files.createTempFile(folder, "run", ".log");
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(List.of(command)))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        boolean ended = process.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly();
        }
        assertThat(ended && process.exitValue() == 0).as(Files.readString(log)).isTrue();
        return Files.readString(log);
    }
}
