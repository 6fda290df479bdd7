package dev.newt.golden;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.engine.djl.DjlEngine;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every number that Hugging Face's code gave for tiny models is met through the real engine in 32 bits. {@code -Dnewt.golden=DIR} runs the
 * same checks over another folder of the same layout.
 */
class GoldenTest {
    private static final Path ROOT = Path.of(System.getProperty("newt.golden", "src/test/resources/golden"));

    @TestFactory
    Stream<DynamicTest> meetsEveryRecordedNumber() throws IOException {
        List<Path> folders;
        try (Stream<Path> children = Files.list(ROOT)) {
            folders = children.filter(child -> Files.exists(child.resolve("golden.json")))
                    .filter(child -> Files.exists(child.resolve("model/config.json")))
                    .sorted()
                    .toList();
        }
        assertThat(folders).as("folders with golden.json in %s", ROOT).isNotEmpty();
        return folders.stream()
                .map(folder -> DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
    }

    private static void check(Path folder) {
        try (DjlEngine engine = DjlEngine.create();
                GoldenFolder golden = new GoldenFolder(folder)) {
            Findings findings = new Findings(golden.name());
            GoldenModels models;
            try {
                models = new GoldenModels(engine, golden);
            } catch (UserException e) {
                findings.reportUnsupported(e.getMessage());
                return;
            }
            long before = engine.allocatedBytes();
            new GoldenForward(engine, golden, models, findings).check();
            new GoldenRouters(engine, golden, models, findings).check();
            new GoldenAdapters(engine, golden, models, findings).check();
            new GoldenTraining(engine, golden, models, findings).check();
            findings.assertAllMet();
            assertThat(engine.allocatedBytes()).as("native memory left behind").isEqualTo(before);
        }
    }
}
