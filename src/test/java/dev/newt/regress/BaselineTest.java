package dev.newt.regress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.io.UserException;
import dev.newt.regress.Recording.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {
    @TempDir
    Path folder;

    private static Baseline baseline() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("seed", "1");
        values.put("base_model", "m");
        return Baseline.of(
                new Recording(
                        "abc",
                        values,
                        "CPU, 2 threads",
                        List.of(new Step(1.0 / 3, 2, 100, 60), new Step(0.1, 1e-9, 110, 70))),
                new Tolerance(1e-3, 1e-2));
    }

    @Test
    void isReadAsItWasWritten() {
        Path file = folder.resolve("a/b.yaml.json");
        baseline().write(file);

        assertThat(Baseline.read(file)).contains(baseline());
        assertThat(file)
                .content()
                .contains("\"loss\" : [ 0.3333333333333333, 0.1 ],\n", "\"trained_tokens\" : [ 60, 70 ]");
        assertThat(Baseline.read(folder.resolve("none.json"))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"loss\" : 0.001    | \"loss\" : -7               | tolerances of -7.0 and 0.01",
                "\"loss\" : 0.001    | \"los\" : 0.001             | los",
                "\"plan_hash\"       | \"plan_hush\"               | plan_hash",
                "\"format\" : 1      | \"format\" : 2              | its format is 2, this version reads 1",
                "[ 60, 70 ]          | [ 60 ]                      | must have equally many elements",
                "0.3333333333333333  | \"NaN?\"                    | NaN?",
                "[ 100, 110 ]        | null                        | tokens",
                "{                   | [                           | ",
            })
    void saysWhatIsWrongWithADamagedFile(String text, String damage, String message) throws IOException {
        Path file = folder.resolve("b.json");
        baseline().write(file);
        String content = Files.readString(file);
        assertThat(content).contains(text);
        Files.writeString(file, content.replace(text, damage));

        assertThatThrownBy(() -> Baseline.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(file + ":")
                .hasMessageContaining(": error: not a baseline: ")
                .hasMessageContaining(message == null ? "" : message)
                .hasMessageEndingWith(". Rewrite it with --update.")
                .hasMessageNotContaining("\n");
    }

    @Test
    void isNamedAfterTheConfigurationsPathBelowTheWorkingDirectory() {
        Path work = Path.of("/srv/dir").toAbsolutePath();
        BaselineFolder baselines = new BaselineFolder(Path.of("regressions"), work);

        assertThat(baselines.file(Path.of("examples/./a.yaml"))).isEqualTo(Path.of("regressions/examples/a.yaml.json"));
        assertThat(baselines.file(work.resolve("examples/a.yml")))
                .isEqualTo(Path.of("regressions/examples/a.yml.json"));
        assertThat(baselines.file(work.resolve("../other/a.yaml")))
                .isEqualTo(Path.of("regressions/srv/other/a.yaml.json"));
    }

    @Test
    void configurationsAreFilesAndAllOfAFolder() throws IOException {
        Files.createDirectories(folder.resolve("in/ner"));
        Files.createDirectories(folder.resolve("empty"));
        for (String name : List.of("b.yaml", "a.yml", "in/ner/c.YAML", "in/data.json")) {
            Files.writeString(folder.resolve(name), "");
        }

        assertThat(ConfigFiles.find(List.of(folder.resolve("b.yaml"), folder)))
                .containsExactly(folder.resolve("b.yaml"), folder.resolve("a.yml"), folder.resolve("in/ner/c.YAML"));
        assertThatThrownBy(() -> ConfigFiles.find(List.of(folder.resolve("empty"))))
                .hasMessageContaining("there is no .yaml file");
        assertThatThrownBy(() -> ConfigFiles.find(List.of(folder.resolve("nowhere"))))
                .hasMessageContaining("there is no such file or folder");
    }
}
