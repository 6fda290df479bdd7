package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The configurations under examples/regress give what regressions/ says. How to accept other numbers: docs/regress.md. */
@Timeout(600)
class PinnedConfigsTest {
    @TempDir
    Path folder;

    @Test
    void giveTheNumbersOfTheirBaselines() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrintStream stream = new PrintStream(text, true, StandardCharsets.UTF_8);

        int code = new Dispatcher(List.of(new RegressCommand()), new Console(stream, stream))
                .run(List.of("regress", "examples/regress", "dataset_prepared_path=" + folder));

        assertThat(code).as(text.toString(StandardCharsets.UTF_8)).isZero();
    }
}
