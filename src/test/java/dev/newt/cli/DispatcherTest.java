package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.io.UserException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DispatcherTest {
    private static final String QLORA = "examples/yaml/llama-qlora.yaml";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(List<Command> commands, String... args) {
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(commands, console).run(List.of(args));
    }

    private int run(String... args) {
        return run(List.of(new ValidateCommand(), new PlanCommand()), args);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** A command named train that does what the test says. */
    private record Train(Supplier<Integer> action) implements Command {
        @Override
        public String name() {
            return "train";
        }

        @Override
        public String summary() {
            return "train";
        }

        @Override
        public int run(Arguments arguments, Console console) {
            arguments.config(console);
            return action.get();
        }
    }

    @Test
    void validatesTheExample() {
        assertThat(run("validate", QLORA)).isZero();
        assertThat(out()).isEqualTo(QLORA + ": valid\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void printsThePlanAsTableAndAsJson() {
        assertThat(run("plan", QLORA, "max_steps=3")).isZero();
        assertThat(out()).contains("steps       3, warm-up 5% of the steps");

        assertThat(run("plan", QLORA, "--json")).isZero();
        assertThat(out()).startsWith("{\n").contains("\"kind\" : \"qlora\"");
    }

    @Test
    void endsWith2AfterEveryErrorOfTheFile() throws IOException {
        Path model = Path.of("src/test/resources/golden/llama/model").toAbsolutePath();
        Path file = Files.writeString(
                folder.resolve("c.yaml"), "base_model: " + model + "\nlearning_rate: fast\nsead: 1\ndatasets:\n");

        assertThat(run("validate", file.toString())).isEqualTo(2);
        assertThat(out()).isEmpty();
        assertThat(err().replace(folder + "/", ""))
                .isEqualTo(
                        """
                        c.yaml:1:1: error: datasets needs one entry at least
                            see newt schema --field datasets
                        c.yaml:2:16: error: learning_rate is fast; it takes a number
                            learning_rate: fast
                                           ^^^^
                            see newt schema --field learning_rate
                        c.yaml:3:1: error: sead is not a known key; did you mean seed?
                            sead: 1
                            ^^^^
                            see docs/config-compatibility.md
                        """);
    }

    @Test
    void printsWarningsAndGoesOn() {
        assertThat(run("validate", QLORA, "wandb_project=p")).isZero();
        assertThat(err()).startsWith("argument 'wandb_project=p': warning: wandb_project has no effect here: ");
    }

    @Test
    void suggestsVerbsAndOptions() {
        assertThat(run("plam", QLORA)).isEqualTo(2);
        assertThat(err()).isEqualTo("error: there is no command plam, and no such file; did you mean plan?\n");
        assertThat(run("plan", QLORA, "--jsno")).isEqualTo(2);
        assertThat(err()).isEqualTo("error: plan has no option --jsno; did you mean --json?\n");
        assertThat(run("plan", QLORA, "5")).isEqualTo(2);
        assertThat(err())
                .isEqualTo("error: '5' is not an override; after the configuration stand key=value pairs only\n");
        assertThat(run("plan")).isEqualTo(2);
        assertThat(err()).isEqualTo("error: plan needs a configuration: newt plan CONFIG.yaml [key=value ...]\n");
    }

    @Test
    void helpsAndNamesItsVersion() {
        assertThat(run("--help")).isZero();
        assertThat(out()).contains("  plan            show what would run").doesNotContain("train");
        assertThat(run("plan", "--help")).isZero();
        assertThat(out()).contains("usage: newt plan CONFIG.yaml", "--json");
        assertThat(run("--version")).isZero();
        assertThat(out()).startsWith("newt ");
        assertThat(run()).isEqualTo(2);
        assertThat(err()).contains("usage: newt COMMAND");
    }

    @Test
    void trainsWhereAConfigurationStandsInTheVerbsPlace() {
        assertThat(run(List.of(new Train(() -> 130)), QLORA, "seed=1")).isEqualTo(130);
        assertThat(run(QLORA)).isEqualTo(2);
        assertThat(err()).isEqualTo("error: name a command before " + QLORA + ": validate, plan\n");
    }

    @Test
    void tellsBadInputFromAFailedRun() {
        Train bad = new Train(() -> {
            throw new UserException("rows.jsonl:3: no field text");
        });
        assertThat(run(List.of(bad), "train", QLORA)).isEqualTo(2);
        assertThat(err()).isEqualTo("error: rows.jsonl:3: no field text\n");

        Train failed = new Train(() -> {
            throw new IllegalStateException("loss is not a number");
        });
        assertThat(run(List.of(failed), "train", QLORA)).isEqualTo(1);
        assertThat(err())
                .contains("error: the run failed: ", "loss is not a number", "--debug")
                .doesNotContain("\tat ");
        assertThat(run(List.of(failed), "train", QLORA, "--debug")).isEqualTo(1);
        assertThat(err()).contains("\tat dev.newt.cli.DispatcherTest");
    }
}
