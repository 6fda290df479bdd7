package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PreprocessCommandTest {
    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path config;

    @BeforeEach
    void write() throws Exception {
        config = TinyRun.config(folder, "data_checks: warn");
        String text = Files.readString(config).replace("type: completion", "type: chat_template");
        Files.writeString(config, text.replace("sequence_len: 64", "sequence_len: 128"));
        Files.writeString(
                folder.resolve("rows.jsonl"),
                """
                {"messages": [{"role": "system", "content": "Be <kind>"}, {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello there"}]}
                {"messages": [{"role": "user", "content": "Bye"}, {"role": "assistant", "content": "Hello again"}]}
                {"messages": [{"role": "user", "content": "Nobody answers"}]}
                """);
    }

    @Test
    void debugSaysWhatBecameOfTheRowsAndShowsThemTokenByToken() throws Exception {
        assertThat(run("--debug", "1")).as(err::toString).isZero();

        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("rows read +3\n")
                .containsPattern("examples +2\n")
                .contains("1 without trained tokens")
                .containsPattern("trained tokens +\\d+, \\d+\\.\\d% of all")
                .containsPattern("packing efficiency +\\d+\\.\\d%")
                .containsPattern("longest rows +.*rows.jsonl: row 1 \\(\\d+ tokens\\), row ")
                .containsPattern("first trained tokens +H\\(\\d+\\) .*100%")
                .containsPattern("examples by tokens\n +1 - 8 ")
                .containsPattern("example 0: \\d+ tokens, \\d+ trained, from .*/rows.jsonl, row 1\n")
                .containsPattern("\\+\\S+\\(\\d+\\) \\+<\\|eot_id\\|>\\(13\\)")
                .doesNotContain("\u001B[");
    }

    @Test
    void thePageIsWellFormedAndShowsTheSame() throws Exception {
        assertThat(run("--debug", "2")).as(err::toString).isZero();

        Path page = folder.resolve("out/data.html");
        String html = Files.readString(page);
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(
                        html.replace("<!DOCTYPE html>", "").getBytes(StandardCharsets.UTF_8)));
        assertThat(html)
                .contains("<th>rows read</th><td>3</td>")
                .contains("class=\"t\" title=\"13, trained\"")
                .contains("trains nothing and is left out")
                .contains("<rect ")
                .doesNotContain("<kind>", "src=", "href=")
                .containsPattern("Example 1: \\d+ tokens, \\d+ trained, from .*/rows.jsonl, row 2<");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("page: " + page);
    }

    @Test
    void aRowThatTrainsNothingIsNamed() throws Exception {
        run();

        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("rows.jsonl, row 3: warning: this row trains nothing and is left out; take it out")
                .doesNotContain("row 1: warning", "row 2: warning");
    }

    @Test
    void aMaskThatEndsBeforeTheEndTokenIsNamed() throws Exception {
        run("chat_template=chatml");

        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "rows.jsonl, row 1: warning: neither here nor in any other of the 2 examples of datasets[0] is an"
                                + " end token trained");
    }

    @Test
    void aTemplateThatSwallowsTheSystemTextIsNamedEvenFromTheCache() throws Exception {
        Files.writeString(
                folder.resolve("short.jinja"),
                "{% for m in messages if m.role != 'system' %}{{ m.content + eos_token }}{% endfor %}");
        for (int time = 0; time < 2; time++) {
            run("chat_template_jinja=short.jinja");

            assertThat(err.toString(StandardCharsets.UTF_8))
                    .contains(
                            "rows.jsonl, row 1: warning: this row has a system text that the chat template does not show; ");
        }
    }

    private int run(String... more) {
        List<String> arguments = new ArrayList<>(List.of("preprocess"));
        List<String> overrides = new ArrayList<>();
        for (int i = 0; i < more.length; i++) {
            if (more[i].startsWith("--")) {
                arguments.add(more[i]);
                arguments.add(more[++i]);
            } else {
                overrides.add(more[i]);
            }
        }
        arguments.add(config.toString());
        arguments.add("dataset_prepared_path=" + folder.resolve("prepared"));
        arguments.add("output_dir=" + folder.resolve("out"));
        arguments.addAll(overrides);
        out.reset();
        err.reset();
        Console console = new Console(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Dispatcher(List.of(new PreprocessCommand()), console).run(arguments);
    }
}
