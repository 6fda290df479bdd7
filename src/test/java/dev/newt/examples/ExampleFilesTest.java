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
    void the_tools_write_the_files_again_byte_for_byte() throws Exception {
        Path data = folder.resolve("data");
        Path model = folder.resolve("model");

        run("MakeExampleData.java", data.toString());
        run("MakeOrders.java", data.toString());
        run("MakePreferences.java", data.toString());
        run("TrainTokenizer.java", data.toString(), model.toString());

        assertSame(data, EXAMPLES.resolve("data"));
        assertSame(model, EXAMPLES.resolve("models/newt-tiny"));
    }

    private static void assertSame(Path made, Path kept) throws IOException {
        try (Stream<Path> files = Files.list(made)) {
            assertThat(files.toList()).isNotEmpty().allSatisfy(file -> assertThat(file)
                    .hasSameBinaryContentAs(kept.resolve(file.getFileName().toString())));
        }
    }

    private void run(String tool, String... arguments) throws Exception {
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
