package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void write() throws IOException {
        config = TinyRun.config(folder);
    }

    private int plan(String... options) {
        List<String> arguments = new ArrayList<>(List.of("plan", config.toString()));
        arguments.addAll(List.of(options));
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(List.of(new PlanCommand()), console).run(arguments);
    }

    @Test
    void judgesThisMachine() {
        assertThat(plan()).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("verdict     fits: about ")
                .contains(" of this machine\n")
                .doesNotContain("would fit");
    }

    @Test
    void judgesTheDeviceThatIsNamed() {
        assertThat(plan("--on", "l4-24gb")).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains(" of the 22.49 GiB of l4-24gb\n")
                .contains("a step, at 40% of the device's peak\n");
    }

    @Test
    void givesJson() {
        assertThat(plan("--json", "--on", "cpu-1gb", "sequence_len=8192", "micro_batch_size=64"))
                .isZero();

        JsonNode json = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
        assertThat(json.at("/fit/device").asString()).isEqualTo("cpu-1gb");
        assertThat(json.at("/fit/memory_bytes").asLong()).isEqualTo(1L << 30);
        assertThat(json.at("/fit/verdict").asString()).isEqualTo("DOES_NOT_FIT");
        assertThat(json.at("/fit/changes").size()).isPositive();
    }

    @Test
    void refusesADeviceThatIsNotKnown() {
        assertThat(plan("--on", "tpu-v5")).isEqualTo(ExitCode.BAD_INPUT);

        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("error: --on tpu-v5 is not a device that is known here. There are t4-16gb, ")
                .hasLineCount(1);
    }
}
