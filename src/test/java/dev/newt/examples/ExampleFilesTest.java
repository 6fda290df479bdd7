package dev.newt.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files under examples/ are what the programs under examples/tools write. */
class ExampleFilesTest {
    private static final Path EXAMPLES = Path.of("examples");

    @TempDir
    Path folder;

    @Test
    void theToolsWriteTheFilesAgainByteForByte() throws Exception {
        Path data = folder.resolve("data");
        Path model = folder.resolve("model");

        run(folder, "MakeExampleData.java", data.toString());
        run(folder, "TrainTokenizer.java", data.toString(), model.toString());
        run(folder, "MakeOrders.java", data.toString(), model.toString());
        run(folder, "MakePreferences.java", data.toString());

        assertSame(data, EXAMPLES.resolve("data"));
        assertSame(model, EXAMPLES.resolve("models/newt-tiny"));
    }

    private static void assertSame(Path made, Path kept) throws IOException {
        try (Stream<Path> files = Files.list(made)) {
            assertThat(files.toList()).isNotEmpty().allSatisfy(file -> assertThat(file)
                    .hasSameBinaryContentAs(kept.resolve(file.getFileName().toString())));
        }
    }

    /** Runs one of the programs as examples/README.md says; its output goes into the folder. */
    static void run(Path folder, String tool, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add(EXAMPLES.resolve("tools").resolve(tool).toString());
        command.addAll(List.of(arguments));
        Path log = folder.resolve(tool + ".log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }
}
