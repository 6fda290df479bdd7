package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonSchemaTest {
    private static final String SMALL =
            "base_model: m\nlearning_rate: 1.0e-4\ndatasets: [{path: rows.jsonl, type: alpaca}]\n";

    private static final com.networknt.schema.Schema SCHEMA = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12)
            .getSchema(JsonSchema.text());

    private static List<String> errors(String yaml) {
        return SCHEMA.validate(yaml, InputFormat.YAML).stream()
                .map(Error::toString)
                .toList();
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("examples/yaml"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void theSchemaInTheRepositoryIsTheOneThatIsPrinted() throws IOException {
        GeneratedFile.check(Path.of("schemas/newt.schema.json"), JsonSchema.text());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleHolds(Path example) throws IOException {
        assertThat(errors(Files.readString(example))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("examples")
    void everyExampleNamesTheSchemaForEditors(Path example) throws IOException {
        assertThat(Files.readAllLines(example).get(0))
                .isEqualTo("# yaml-language-server: $schema=../../schemas/newt.schema.json");
    }

    @Test
    void theExampleOfEveryKeyHolds() throws IOException {
        assertThat(KeyCatalogue.all().stream()
                        .filter(doc ->
                                doc.status() == KeyStatus.WORKS && doc.example().isPresent())
                        .filter(doc -> !doc.path().contains(".")))
                .isNotEmpty()
                .allSatisfy(doc -> {
                    String line = doc.path() + ": " + doc.example().orElseThrow() + "\n";
                    String rest = SMALL.replaceAll("(?m)^" + doc.path() + ":.*\n", "");
                    assertThat(errors(rest + line)).as(line).isEmpty();
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "flash_attention: true\nattn_implementation: flash_attention_2\n",
                "evaluation_strategy: epoch\n",
                "save_strategy: no\n",
                "rl:\nfp16: false\ndeepspeed:\nlora_r:\n",
                "lora_target_modules: [q_proj]\n",
                "rl: dpo\ntest_datasets: [{path: t.jsonl, type: chatml.intel}]\n",
                "lora_target_modules: all-linear\n",
                "gradient_checkpointing: offload\n",
                "warmup_steps: 0.1\n",
                "test_datasets: [{path: t.jsonl, type: {format: \"{instruction}\"}}]\n"
            })
    void whatTheProgramTakesHolds(String lines) {
        assertThat(errors(SMALL + lines)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "learning_rat: 1\n",
                "micro_batch_size: 0\n",
                "micro_batch_size: \"4\"\n",
                "lr_scheduler: cosin\n",
                "warmup_ratio: 1\n",
                "rl: kto\n",
                "dpo_loss_type: [ipo]\n",
                "save_safetensors: false\n",
                "test_datasets: [{path: t.jsonl, type: alpacca}]\n",
                "test_datasets: [{type: alpaca}]\n",
                "special_tokens: {pad: x}\n"
            })
    void whatTheProgramRefusesDoesNotHold(String line) {
        assertThat(errors(SMALL + line)).isNotEmpty();
    }

    @Test
    void aFileThatExtendsAnotherNeedsNoKeysOfItsOwn() {
        assertThat(errors("extends: base.yaml\n")).isEmpty();
        assertThat(errors("seed: 1\n")).isNotEmpty();
    }
}
