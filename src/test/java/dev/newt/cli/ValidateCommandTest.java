package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code validate}, {@code config show} and {@code --format json}. */
class ValidateCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private String good;
    private String bad;

    @BeforeEach
    void writeConfigs() throws IOException {
        good = TinyRun.config(folder).toString();
        bad = Files.writeString(
                        folder.resolve("bad.yaml"),
                        Files.readString(Path.of(good)).replace("lora_r: 4", "lora_r: four\nlor_alpha: 1")
                                + "warmup_steps: 1\nwarmup_ratio: 0.1\n")
                .toString();
    }

    private int newt(String... arguments) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(List.of(new ValidateCommand(), new PlanCommand(), new ConfigCommand()), console)
                .run(List.of(arguments));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void takesManyFilesAndPrintsALineEach() {
        assertThat(newt("validate", good, good)).isZero();
        assertThat(out())
                .isEqualTo(good + ": valid\n" + good + ": valid\n2 files: 2 valid, 0 not; 0 errors, 0 warnings\n");
        assertThat(err()).isEmpty();

        String none = folder.resolve("none.yaml").toString();
        assertThat(newt("validate", bad, good, none)).isEqualTo(2);
        assertThat(out()).isEqualTo(good + ": valid\n3 files: 1 valid, 2 not; 4 errors, 0 warnings\n");
        assertThat(err().lines().filter(line -> line.contains(": error: ")))
                .hasSize(4)
                .last()
                .asString()
                .startsWith(none + ":1:1: error: there is no such file");
    }

    @Test
    void overridesHoldForEveryFile() {
        assertThat(newt("validate", good, good, "lora_r=0")).isEqualTo(2);
        assertThat(out()).isEqualTo("2 files: 0 valid, 2 not; 2 errors, 0 warnings\n");
        assertThat(newt("validate", "--set", "datasets[0].path=nowhere.jsonl", good))
                .isEqualTo(2);
        assertThat(err()).contains("argument 'datasets[0].path=nowhere.jsonl': error: ");
    }

    @Test
    void tellsProblemsToProgramsAsJson() {
        for (String verb : List.of("validate", "plan")) {
            assertThat(newt(verb, bad, "--format", "json")).as(verb).isEqualTo(2);
            assertThat(err()).isEmpty();
            JsonNode problems = JsonMapper.shared().readTree(out());
            assertThat(problems.size()).isEqualTo(3);
            JsonNode first = problems.get(0);
            assertThat(first.path("file").asString()).isEqualTo(bad);
            assertThat(first.path("line").asInt()).isEqualTo(3);
            assertThat(first.path("column").asInt()).isEqualTo(9);
            assertThat(first.path("severity").asString()).isEqualTo("error");
            assertThat(first.path("key").asString()).isEqualTo("lora_r");
            assertThat(first.path("message").asString()).isEqualTo("lora_r is four; it takes a whole number");
            assertThat(first.path("see").asString()).isEqualTo("newt schema --field lora_r");
            assertThat(problems.get(1).path("message").asString()).endsWith("did you mean lora_alpha?");
            assertThat(problems.get(2).path("reason").asString()).isEqualTo("both say how long the same warm-up lasts");
        }
        assertThat(newt("validate", good, "--format", "json")).isZero();
        assertThat(JsonMapper.shared().readTree(out()).size()).isZero();
        assertThat(newt("validate", good, "--format", "jsn")).isEqualTo(2);
        assertThat(err()).isEqualTo("error: --format is jsn; did you mean json?\n");
    }

    @Test
    void showsAConfigurationWithTheOriginOfEachValueOrWithout() {
        assertThat(newt("config", "show", good, "seed=7")).isZero();
        assertThat(out()).contains("lora_r: 4  # " + good + ":3\n", "seed: 7  # argument 'seed=7'\n", "  # default\n");

        assertThat(newt("config", "show", good, "seed=7", "--no-origin")).isZero();
        assertThat(out()).contains("lora_r: 4\n", "seed: 7\n").doesNotContain("#");
        assertThat(newt("config", "list", good)).isEqualTo(2);
        assertThat(err()).startsWith("error: config needs the word show");
    }
}
