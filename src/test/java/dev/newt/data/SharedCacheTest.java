package dev.newt.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several processes that want the same data, of which some are killed. */
@Tag("slow")
class SharedCacheTest {
    private static final int ROWS = 20_000;

    @TempDir
    Path directory;

    /** Prepares the data in a directory and says whether they were there, and what they are. */
    public static final class Preparer {
        private Preparer() {}

        public static void main(String[] arguments) {
            Path directory = Path.of(arguments[0]);
            DataSettings settings = DataSettings.of(
                    List.of(DatasetSettings.of(directory.resolve("data.jsonl").toString(), "alpaca")),
                    512,
                    directory.resolve("prepared"));
            try (Tokenizer tokenizer = Tokenizer.open(Path.of("examples/models/newt-tiny"))) {
                PreparedData data = Preparation.prepare(settings, tokenizer, Progress.NONE);
                long sum = 0;
                for (int i = 0; i < data.train().size(); i++) {
                    for (int id : data.train().example(i).tokenIds()) {
                        sum = 31 * sum + id;
                    }
                }
                System.out.println(data.reused() + " " + data.train().size() + " " + sum);
            }
        }
    }

    @BeforeEach
    void write() throws IOException {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < ROWS; i++) {
            rows.append("{\"instruction\":\"Say " + i + "\",\"output\":\"" + "word ".repeat(30) + i + "\"}\n");
        }
        Files.writeString(directory.resolve("data.jsonl"), rows);
    }

    @Test
    void oneMakesThemAndTheOthersWaitForIt() throws Exception {
        List<Process> processes = List.of(start(), start());

        List<String> told = new ArrayList<>();
        for (Process process : processes) {
            told.add(end(process));
        }

        assertThat(told).extracting(line -> line.split(" ")[0]).containsExactlyInAnyOrder("false", "true");
        assertThat(told)
                .extracting(line -> line.substring(line.indexOf(' ')))
                .containsOnly(told.get(0).substring(told.get(0).indexOf(' ')));
        assertThat(told.get(0)).contains(" " + ROWS + " ");
        assertThat(unfinished()).isEmpty();
    }

    @Test
    void whatAKilledOneLeftIsMadeAnewByTheOneThatWaits() throws Exception {
        Process first = start();
        while (unfinished().isEmpty()) {
            assertThat(first.isAlive()).as("still preparing").isTrue();
            Thread.sleep(5);
        }
        Process second = start();
        first.destroyForcibly().waitFor();
        assertThat(unfinished()).as("killed in the middle").isNotEmpty();

        assertThat(end(second)).startsWith("false " + ROWS + " ");
        assertThat(unfinished()).isEmpty();
        assertThat(end(start())).startsWith("true " + ROWS + " ");
    }

    private List<Path> unfinished() throws IOException {
        Path prepared = directory.resolve("prepared");
        if (!Files.isDirectory(prepared)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(prepared)) {
            return children.filter(child -> Files.isDirectory(child)
                            && child.getFileName().toString().startsWith(".tmp"))
                    .toList();
        }
    }

    private Process start() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx200m",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Preparer.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private static String end(Process process) throws Exception {
        String told = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return told.strip();
    }
}
