package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.config.JsonSchema;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(List.of(new SchemaCommand()), console).run(List.of(arguments));
    }

    @Test
    void printsTheSchema() {
        assertThat(run("schema")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(JsonSchema.text());
    }

    @Test
    void explainsAKey() {
        assertThat(run("schema", "--field", "lora_r")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(
                        """
                        lora_r  (adapter, works)
                          Rank of the adapter.

                          takes     whole number
                          example   16
                        """);
    }

    @Test
    void saysWhyAKeyDoesNothing() {
        assertThat(run("schema", "--field", "flash_attention")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("Accepted, without effect: ", "now       attn_implementation");
    }

    @Test
    void refusesAnUnknownKeyWithASuggestion() {
        assertThat(run("schema", "--field", "lora_rr")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no key lora_rr; did you mean lora_r?");
    }
}
