package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One configuration out of several files, variables and arguments. */
class ComposeTest {
    private static final String BASE =
            """
            base_model: ./model
            learning_rate: 1e-4
            special_tokens: {pad_token: "<pad>", eos_token: "<e>"}
            datasets:
              - path: rows.jsonl
                type: alpaca
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void writeBase() throws IOException {
        write("base.yaml", BASE);
    }

    private Path write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }

    private LoadedConfig load(Path file, String... overrides) {
        Map<String, String> environment = Map.of("RANK", "16", "EMPTY", "", "NAME", "a: b");
        return ConfigFile.load(file, List.of(overrides), folder, name -> Optional.ofNullable(environment.get(name)));
    }

    private String refusal(Path file, String... overrides) {
        try {
            load(file, overrides);
        } catch (UserException e) {
            return e.getMessage().replace(folder + "/", "");
        }
        return "accepted";
    }

    @Test
    void anExtendingFileWinsKeyByKeyAndReplacesListsWhole() throws IOException {
        Path file = write(
                "mine.yaml",
                "extends: base.yaml\nlearning_rate: 2e-4\nspecial_tokens: {eos_token: \"<x>\"}\ndatasets: [{path: own.jsonl, type: completion}]\n");
        NewtConfig config = load(file).config();

        assertThat(config.model().baseModel()).isEqualTo("./model");
        assertThat(config.training().learningRate()).isEqualTo(2e-4);
        assertThat(config.model().specialTokens().orElseThrow().padToken()).contains("<pad>");
        assertThat(config.model().specialTokens().orElseThrow().eosToken()).contains("<x>");
        assertThat(config.data().datasets()).extracting(DatasetConfig::path).containsExactly("own.jsonl");
    }

    @Test
    void ofSeveralFilesALaterOneWinsAndTheChainMayBeLong() throws IOException {
        write("fast.yaml", "learning_rate: 1e-3\nmax_steps: 5\n");
        write("deep/slow.yaml", "extends: ../fast.yaml\nlearning_rate: 1e-6\n");
        NewtConfig config = load(write("mine.yaml", "extends: [base.yaml, deep/slow.yaml]\nseed: 1\n"))
                .config();

        assertThat(config.training().learningRate()).isEqualTo(1e-6);
        assertThat(config.training().maxSteps()).contains(5);
        assertThat(config.training().seed()).isEqualTo(1);
    }

    @Test
    void pathsOfAnExtendedFileLeadFromItsOwnFolder() throws IOException {
        write("common/base.yaml", BASE);
        write("common/rows.jsonl", "{}\n");
        Files.createDirectories(folder.resolve("common/model"));
        NewtConfig config =
                load(write("runs/mine.yaml", "extends: ../common/base.yaml\n")).config();

        assertThat(config.model().baseModel()).isEqualTo("../common/model");
        assertThat(config.data().datasets().get(0).path()).isEqualTo("../common/rows.jsonl");
    }

    @Test
    void circlesAndMissingFilesAreRefusedWithTheWay() throws IOException {
        Path one = write("one.yaml", "extends: two.yaml\n");
        write("two.yaml", "seed: 1\nextends: one.yaml\n");
        assertThat(refusal(one))
                .isEqualTo(
                        "two.yaml:2:10: error: extends forms a circle: one.yaml -> two.yaml -> one.yaml; remove one of them");
        assertThat(refusal(write("self.yaml", "extends: self.yaml\n"))).contains("extends forms a circle");
        assertThat(refusal(write("lost.yaml", "extends: nowhere.yaml\n")))
                .isEqualTo("lost.yaml:1:10: error: extends: there is no file nowhere.yaml: lost.yaml -> nowhere.yaml; "
                        + "the name is relative to the folder of lost.yaml");
        assertThat(refusal(write("map.yaml", "extends: {a: b}\n")))
                .contains("extends is a mapping; it takes the name of a file, or a list of names");
    }

    @Test
    void aProblemIsToldInTheFileThatWroteIt() throws IOException {
        write("base.yaml", BASE + "micro_batch_size: two\n");
        assertThat(refusal(write("mine.yaml", "extends: base.yaml\nseed: x\n")))
                .contains("mine.yaml:2:7: error: seed is x;", "base.yaml:7:19: error: micro_batch_size is two;");
        assertThat(refusal(write("fixed.yaml", "extends: base.yaml\nmicro_batch_size: 2\n")))
                .isEqualTo("accepted");
    }

    @Test
    void variablesAreReadAsTheValuesTheyStandFor() throws IOException {
        Path file = write(
                "v.yaml",
                BASE
                        + "adapter: lora\nlora_r: ${env:RANK}\nlora_alpha: ${env:NONE:-8}\nlora_target_linear: true\n"
                        + "output_dir: out-${env:RANK}-${env:EMPTY:-x}\nlora_model_dir: \"${env:NAME}\"\n"
                        + "mlflow_run_name: $${env:RANK}\n");
        NewtConfig config = load(file).config();

        assertThat(config.adapter().loraR()).contains(16);
        assertThat(config.adapter().loraAlpha()).contains(8);
        assertThat(config.adapter().loraModelDir()).contains("a: b");
        assertThat(config.schedule().outputDir()).isEqualTo("out-16-x");
        assertThat(config.tracking().mlflowRunName()).contains("${env:RANK}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            seed: ${env:NONE}    | 7 | the environment variable NONE is not set; set it, or write a default: ${env:NONE:-value}
            seed: ${env:NAME}    | 7 | seed is a: b; it takes a whole number
            seed: ${env:x        | 7 | ${env:x has no end; write ${env:NAME} or ${env:NAME:-default}
            seed: ${env:1 2}     | 7 | ${env:1 2} names no variable; write ${env:NAME} or ${env:NAME:-default}
            """)
    void whatIsWrongWithAVariableIsToldOnce(String line, int column, String message) throws IOException {
        assertThat(refusal(write("v.yaml", BASE + line + "\n")))
                .isEqualTo("v.yaml:7:" + column + ": error: " + message);
    }

    @Test
    void argumentsWinOverFilesAndAreChecked() throws IOException {
        Path file = write("mine.yaml", "extends: base.yaml\nseed: ${env:RANK}\n");
        NewtConfig config = load(file, "datasets[0].path=x.jsonl", "datasets[1]={path: y, type: alpaca}", "seed=3")
                .config();

        assertThat(config.data().datasets()).extracting(DatasetConfig::path).containsExactly("x.jsonl", "y");
        assertThat(config.training().seed()).isEqualTo(3);
        assertThat(refusal(file, "seed=three"))
                .isEqualTo("argument 'seed=three': error: seed is three; it takes a whole number");
        assertThat(refusal(file, "sed=3"))
                .isEqualTo("argument 'sed=3': error: sed is not a known key; did you mean seed?");
    }

    @Test
    void theWholeReadsAsTheSameConfiguration() throws IOException {
        LoadedConfig loaded = load(write("mine.yaml", "extends: base.yaml\nseed: ${env:RANK}\n"), "max_steps=3");

        assertThat(load(write("whole.yaml", loaded.resolved())).config()).isEqualTo(loaded.config());
        assertThat(load(write("origins.yaml", loaded.origins())).config()).isEqualTo(loaded.config());
    }

    @Test
    void showsWhereEachValueComesFrom() throws IOException {
        String shown = load(write("mine.yaml", "extends: base.yaml\nseed: ${env:RANK}\n"), "max_steps=3")
                .origins()
                .replace(folder + "/", "");

        assertThat(shown)
                .contains(
                        "base_model: ./model  # base.yaml:1\n",
                        "seed: 16  # environment variable RANK (mine.yaml:2)\n",
                        "max_steps: 3  # argument 'max_steps=3'\n",
                        "micro_batch_size: 1  # default\n",
                        "  - path: rows.jsonl  # base.yaml:5\n");
    }
}
