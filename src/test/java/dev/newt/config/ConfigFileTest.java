package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.config.yaml.ProblemException;
import dev.newt.config.yaml.ProblemText;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigFileTest {
    /** Five lines that are enough. */
    private static final String SMALL =
            """
            base_model: ./model
            learning_rate: 1e-4
            datasets:
              - path: rows.jsonl
                type: alpaca
            """;

    @TempDir
    Path folder;

    private Path write(String yaml) throws IOException {
        return Files.writeString(folder.resolve("c.yaml"), yaml);
    }

    private NewtConfig load(String yaml, String... overrides) throws IOException {
        return ConfigFile.load(write(yaml), List.of(overrides)).config();
    }

    /** The errors, without the folder's name. */
    private List<String> errors(String yaml, String... overrides) throws IOException {
        Path file = write(yaml);
        try {
            ConfigFile.load(file, List.of(overrides));
        } catch (UserException e) {
            return e.getMessage().replace(file.toString(), "c.yaml").lines().toList();
        }
        return List.of();
    }

    private List<String> warnings(String yaml, String... overrides) throws IOException {
        Path file = write(yaml);
        return ConfigFile.load(file, List.of(overrides)).warnings().stream()
                .map(warning -> warning.toString().replace(file.toString(), "c.yaml"))
                .toList();
    }

    @Test
    void bindsTheExampleOfQlora() {
        LoadedConfig loaded = ConfigFile.load(Path.of("examples/yaml/llama-qlora.yaml"), List.of());
        NewtConfig config = loaded.config();

        assertThat(loaded.warnings()).isEmpty();
        assertThat(config.model().loadIn4bit()).isTrue();
        assertThat(config.model().bf16()).isEqualTo(Precision.OFF);
        assertThat(config.adapter().kind()).contains(AdapterKind.QLORA);
        assertThat(config.adapter().loraR()).contains(16);
        assertThat(config.data().datasets()).singleElement().satisfies(dataset -> {
            assertThat(loaded.paths().find(dataset.path()))
                    .isEqualTo(Path.of("examples/data/orders-train.jsonl").toAbsolutePath());
            assertThat(dataset.dsType()).contains(FileType.JSON);
            assertThat(dataset.type().orElseThrow().name()).contains("chat_template");
        });
        assertThat(config.training().learningRate()).isEqualTo(0.004);
        assertThat(config.training().warmupRatio()).contains(0.05);
        assertThat(config.schedule().evalsPerEpoch()).contains(1);
        assertThat(loaded.paths().output(config.schedule().outputDir()))
                .isEqualTo(Path.of("outputs/llama-qlora").toAbsolutePath());
    }

    @Test
    void bindsTheExampleThatTrainsFromNothing() {
        NewtConfig config = ConfigFile.load(Path.of("examples/yaml/newt-tiny-pretrain.yaml"), List.of())
                .config();

        assertThat(config.model().reinitWeights()).isTrue();
        assertThat(config.adapter().kind()).isEmpty();
        assertThat(config.training().adamBeta2()).isEqualTo(0.95);
    }

    @Test
    void givesUnsetKeysAxolotlsDefaults() throws IOException {
        NewtConfig config = load(SMALL);

        assertThat(config.data().sequenceLen()).isEqualTo(512);
        assertThat(config.training().microBatchSize()).isEqualTo(1);
        assertThat(config.training().gradientAccumulationSteps()).isEqualTo(1);
        assertThat(config.training().numEpochs()).isEqualTo(1.0);
        assertThat(config.training().optimizer()).isEqualTo(OptimizerName.ADAMW_TORCH_FUSED);
        assertThat(config.training().lrScheduler()).isEqualTo(SchedulerName.COSINE);
        assertThat(config.training().learningRate()).isEqualTo(1e-4);
        assertThat(config.training().seed()).isEqualTo(42);
        assertThat(config.model().bf16()).isEqualTo(Precision.AUTO);
        assertThat(config.schedule().outputDir()).isEqualTo("./model-out");
        assertThat(config.data().excessLengthStrategy()).isEqualTo(ExcessLength.DROP);
        assertThat(config.schedule().loggingSteps()).isEmpty();
    }

    @Test
    void takesNullForUnset() throws IOException {
        NewtConfig config = load(SMALL + "adapter:\nlora_r:\nmicro_batch_size: null\nwandb_project:\ndeepspeed: ~\n");

        assertThat(config.adapter().kind()).isEmpty();
        assertThat(config.training().microBatchSize()).isEqualTo(1);
        assertThat(warnings(SMALL + "wandb_project:\ntf32: false\nfsdp: []\n")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            micro_batch_size: "4"       | 19 | micro_batch_size is "4"; it takes a whole number, so write it without quotes: 4
            micro_batch_size: 2.5       | 19 | micro_batch_size is 2.5; it takes a whole number
            micro_batch_size: 4.0       | 19 | micro_batch_size is 4.0; it takes a whole number
            micro_batch_size: 010       | 19 | micro_batch_size is 010; it takes a whole number
            micro_batch_size: 0         | 19 | micro_batch_size is 0; it must be 1 or more
            micro_batch_size: 3000000000 | 19 | micro_batch_size is 3000000000; it takes a whole number from -2147483648 to 2147483647
            micro_batch_size: [1, 2]    | 19 | micro_batch_size is a list; it takes a whole number
            weight_decay: -0.1          | 15 | weight_decay is -0.1; it must be 0 or more
            weight_decay: .nan          | 15 | weight_decay is .nan; it takes a number
            weight_decay: .inf          | 15 | weight_decay is .inf; it takes a number
            warmup_ratio: 1             | 15 | warmup_ratio is 1; it must be less than 1
            sample_packing: "true"      | 17 | sample_packing is "true"; it takes true or false, so write it without quotes: true
            sample_packing: 1           | 17 | sample_packing is 1; it takes true or false
            output_dir: yes             | 13 | output_dir is yes; it takes text, so put it in quotes: "yes"
            output_dir: 2024            | 13 | output_dir is 2024; it takes text, so put it in quotes: "2024"
            output_dir: "  "            | 13 | output_dir is "  "; it must not be blank
            lr_scheduler: cosin         | 15 | lr_scheduler is cosin; did you mean cosine? It takes cosine, linear, constant, constant_with_warmup
            lr_scheduler: polynomial    | 15 | lr_scheduler is polynomial; that is not supported yet; it takes cosine, linear, constant, constant_with_warmup
            bf16: "auto "               | 7  | bf16 is "auto "; did you mean auto? It takes auto, true, false, full
            special_tokens: pad         | 17 | special_tokens is pad; it takes a mapping, keys with values below it
            lora_modules_to_save: lm_head | 23 | lora_modules_to_save is lm_head; it takes a list, each item after a dash
            lora_target_modules: {q: 1} | 22 | lora_target_modules is a mapping; it takes text or a list
            learning_rat: 1             | 1  | learning_rat is not a known key; did you mean learning_rate?
            zzz: 1                      | 1  | zzz is not a known key; remove it
            field_messages: x           | 1  | field_messages is not a known key; field_messages belongs in an entry of datasets
            early_stopping_patience: 2  | 26 | early_stopping_patience counts evaluations without progress, and there are none; set val_set_size or test_datasets, and evals_per_epoch or eval_steps
            val_set_size: 1             | 15 | val_set_size is a part of the rows below 1, such as 0.05, or a number of rows from 2 up
            """)
    void saysWhatIsWrongWithAValueAndWhatWouldBeRight(String line, int column, String message) throws IOException {
        assertThat(errors(SMALL + line.strip() + "\n")).containsExactly("c.yaml:6:" + column + ": error: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            streaming: true                     | streaming needs max_steps, such as max_steps: 1000
            pretraining_dataset: [{path: p}]    | pretraining_dataset and datasets exclude each other; keep datasets, with streaming: true
            val_set_size: 0.1                   | streaming sets no rows aside; list rows to evaluate on under test_datasets, and set val_set_size: 0
            dataset_exact_deduplication: true   | dataset_exact_deduplication needs rows that are prepared before the run; leave it or streaming out
            shuffle_before_merging_datasets: on | shuffle_before_merging_datasets needs rows that are prepared before the run; leave it or streaming out
            streaming_multipack_buffer_size: 0  | streaming_multipack_buffer_size is 0; it must be 1 or more
            """)
    void saysWhatStreamedRowsCannotBe(String line, String message) throws IOException {
        String more = line.startsWith("streaming: ") ? "" : "max_steps: 5\nstreaming: true\n";

        assertThat(errors(SMALL + line.strip() + "\n" + more))
                .singleElement()
                .asString()
                .startsWith("c.yaml:6:")
                .endsWith("error: " + message);
    }

    @Test
    void aWindowsSizeWithoutStreamingIsSaidToHaveNoEffect() throws IOException {
        assertThat(ConfigFile.load(write(SMALL + "streaming_multipack_buffer_size: 5\n"), List.of())
                        .warnings())
                .singleElement()
                .asString()
                .contains("c.yaml:6:34: warning: streaming_multipack_buffer_size has no effect");
        assertThat(load(SMALL + "streaming_multipack_buffer_size: 5\nstreaming: true\nmax_steps: 1\n")
                        .streaming()
                        .windowRows())
                .isEqualTo(5);
        assertThat(load(SMALL).streaming().windowRows()).isEqualTo(10_000);
    }

    @Test
    void pretrainingDatasetTakesThePlaceOfDatasets() throws IOException {
        String without =
                """
                base_model: ./model
                learning_rate: 1e-4
                pretraining_dataset:
                  - path: rows.jsonl
                    skip: 7
                """;
        NewtConfig config = load(without + "max_steps: 10\npretrain_multipack_attn: true\n");

        assertThat(config.streaming().isOn()).isTrue();
        assertThat(config.trainingDatasetsKey()).isEqualTo("pretraining_dataset");
        assertThat(config.trainingDatasets()).singleElement().satisfies(set -> {
            assertThat(set.path()).isEqualTo("rows.jsonl");
            assertThat(set.skip()).contains(7);
        });
        assertThat(errors(without)).singleElement().asString().contains("pretraining_dataset needs max_steps");
        assertThat(load(SMALL).streaming().isOn()).isFalse();
    }

    @Test
    void oneColumnHoldsTheText() throws IOException {
        assertThat(errors(SMALL + "    field: a\n    text_column: b\n"))
                .containsExactly(
                        "c.yaml:7:18: error: datasets[0]: field says a and text_column says b; keep one of them");
        assertThat(errors(SMALL + "    field: a\n    text_column: a\n")).isEmpty();
    }

    @Test
    void refusesMoreRowsAStepThanCanBeCounted() throws IOException {
        assertThat(errors(SMALL + "micro_batch_size: 2\ngradient_accumulation_steps: 1073741824\n"))
                .containsExactly(
                        "c.yaml:7:30: error: micro_batch_size times gradient_accumulation_steps is more than 2147483647; lower one of them");
        assertThat(errors(SMALL + "micro_batch_size: 2\ngradient_accumulation_steps: 1073741823\n"))
                .isEmpty();
    }

    @Test
    void readsTheNumbersThatYaml11TakesForText() throws IOException {
        NewtConfig config =
                load(SMALL + "weight_decay: 1e-2\nadam_epsilon: 1E-7\nmax_grad_norm: .5\nmax_steps: 1_000\n");

        assertThat(config.training().weightDecay()).isEqualTo(0.01);
        assertThat(config.training().adamEpsilon()).isEqualTo(1e-7);
        assertThat(config.training().maxGradNorm()).isEqualTo(0.5);
        assertThat(config.training().maxSteps()).contains(1000);
    }

    @Test
    void readsYesAndNoAsTruthValuesWhereThoseAreDue() throws IOException {
        NewtConfig config = load(SMALL + "sample_packing: yes\nbf16: on\nsave_strategy: no\n");

        assertThat(config.data().samplePacking()).isTrue();
        assertThat(config.model().bf16()).isEqualTo(Precision.ON);
        assertThat(config.schedule().saveStrategy()).contains(When.NEVER);
        assertThat(load(SMALL + "save_strategy: \"no\"\n").schedule().saveStrategy())
                .contains(When.NEVER);
    }

    @Test
    void tellsEveryProblemAtOnceInTheOrderOfTheFile() throws IOException {
        assertThat(errors(
                        """
                        base_model: ./model
                        adapter: qlora
                        sequence_len: "2k"
                        datasets:
                          - type: alpaca
                            shuffle: true
                          - path: 5
                        num_epoch: 3
                        micro_batch_size: 0
                        warmup_steps: 1
                        warmup_ratio: 0.1
                        """,
                        "seed=x"))
                .containsExactly(
                        "c.yaml:1:1: error: learning_rate is missing; it has no default",
                        "c.yaml:2:10: error: adapter: qlora needs load_in_4bit: true; for weights that are not quantised write adapter: lora",
                        "c.yaml:2:10: error: an adapter needs its places: lora_target_linear: true for all linears, or "
                                + "lora_target_modules with a list",
                        "c.yaml:2:10: error: an adapter needs lora_alpha, its scale; twice lora_r is usual",
                        "c.yaml:2:10: error: an adapter needs lora_r, its rank; 16 is usual",
                        "c.yaml:3:15: error: sequence_len is \"2k\"; it takes a whole number",
                        "c.yaml:5:5: error: datasets[0].path is missing; it has no default",
                        "c.yaml:6:5: error: datasets[0].shuffle is not a known key; remove it",
                        "c.yaml:7:11: error: datasets[1].path is 5; it takes text, so put it in quotes: \"5\"",
                        "c.yaml:8:1: error: num_epoch is not a known key; did you mean num_epochs?",
                        "c.yaml:9:19: error: micro_batch_size is 0; it must be 1 or more",
                        "c.yaml:10:15: error: warmup_steps and warmup_ratio exclude each other; keep one",
                        "argument 'seed=x': error: seed is x; it takes a whole number");
    }

    @ParameterizedTest
    @CsvSource({
        "sgd, adam_beta1: 0.8",
        "sgd, adam_beta2: 0.99",
        "sgd, adam_epsilon: 1e-6",
        "lion_32bit, adam_epsilon: 1e-6"
    })
    void refusesAConstantThatTheOptimizerDoesNotHave(String optimizer, String line) throws IOException {
        String key = line.substring(0, line.indexOf(':'));
        assertThat(errors(SMALL + "optimizer: " + optimizer + "\n" + line + "\n"))
                .containsExactly("c.yaml:7:" + (key.length() + 3) + ": error: " + key
                        + " is not a constant of optimizer: " + optimizer + "; remove it");
    }

    @Test
    void refusesAKeyWrittenTwice() throws IOException {
        assertThat(errors(SMALL + "seed: 1\nseed: 2\nlr: 1\n"))
                .containsExactly(
                        "c.yaml:7:1: error: seed is given twice; it is already in line 6, so remove one",
                        "c.yaml:8:1: error: lr is not a known key; remove it");
    }

    @Test
    void aTrackingServerThatCannotBeReachedByHttpStopsNothingAndIsTold() throws IOException {
        assertThat(warnings(SMALL + "mlflow_experiment_name: orders\n"))
                .containsExactly(
                        "c.yaml:6:25: warning: nothing is sent to MLflow: neither mlflow_tracking_uri nor the environment variable "
                                + "MLFLOW_TRACKING_URI gives the server's address");
        assertThat(warnings(SMALL + "mlflow_tracking_uri: ./runs\nuse_mlflow: true\n"))
                .containsExactly(
                        "c.yaml:6:22: warning: nothing is sent to MLflow: mlflow_tracking_uri must be the address of a server, "
                                + "http:// or https://; start one with mlflow server");
        assertThat(warnings(SMALL + "mlflow_tracking_uri: http://localhost:5000\nhf_mlflow_log_artifacts: true\n"))
                .containsExactly(
                        "c.yaml:6:22: warning: nothing is sent to MLflow; write use_mlflow: true or name an experiment in "
                                + "mlflow_experiment_name");

        String named = SMALL + "mlflow_tracking_uri: http://localhost:5000\nmlflow_experiment_name: orders\n";
        assertThat(load(named).tracking().asksForMlflow()).isTrue();
        assertThat(load(named + "use_mlflow: false\n").tracking().asksForMlflow())
                .isFalse();
        assertThat(warnings(named)).isEmpty();
    }

    @Test
    void servicesThatAreNotCalledAreToldInOneWarning() throws IOException {
        assertThat(warnings(SMALL
                        + "wandb_project: p\nwandb_name: n\nuse_comet: true\nuse_swanlab: true\ntrackio_project_name: t\n"
                        + "hub_model_id: me/mine\nhub_strategy: end\n"))
                .containsExactly(
                        "c.yaml:6:1: warning: these keys have no effect here: wandb_project, wandb_name, use_comet, use_swanlab, "
                                + "trackio_project_name (no such service is called; the metrics are in output_dir/metrics.jsonl, and "
                                + "use_tensorboard and use_mlflow work); hub_model_id, hub_strategy (nothing is uploaded; when the run "
                                + "is done: hf upload HUB_MODEL_ID OUTPUT_DIR)");
        assertThat(warnings(SMALL + "wandb_project:\nwandb_mode: disabled\nuse_wandb: false\nhub_model_id:\n"))
                .isEmpty();
    }

    @Test
    void givesItsValuesByPathWithoutSecrets() throws IOException {
        assertThat(ConfigFile.load(
                                write(SMALL
                                        + "hub_model_id:\nmlflow_tracking_uri: http://me:pw@localhost:5000/x\ncomet_api_key: abc\nlora_target_modules: [q_proj]\n"
                                        + "adapter: lora\nlora_r: 4\nlora_alpha: 8\ntest_datasets: []\n"),
                                List.of())
                        .values())
                .containsEntry("datasets[0].path", "rows.jsonl")
                .containsEntry("lora_target_modules[0]", "q_proj")
                .containsEntry("mlflow_tracking_uri", "http://***@localhost:5000/x")
                .containsEntry("comet_api_key", "***")
                .containsEntry("test_datasets", "[]")
                .doesNotContainKey("hub_model_id");
    }

    @Test
    void stoppingEarlyNeedsEvaluations() throws IOException {
        String stopping = SMALL + "val_set_size: 0.1\nearly_stopping_patience: 3\n";

        assertThat(load(stopping).schedule().earlyStoppingPatience()).contains(3);
        assertThat(errors(stopping + "eval_strategy: no\n"))
                .singleElement()
                .asString()
                .contains("7:26: error: early_stopping_patience counts evaluations");
    }

    @Test
    void checksRulesBetweenKeys() throws IOException {
        assertThat(errors(SMALL + "load_in_4bit: true\n"))
                .singleElement()
                .asString()
                .contains("6:15", "load_in_4bit needs an adapter");
        assertThat(errors(SMALL + "val_set_size: 0.1\ntest_datasets:\n  - path: t.jsonl\n    type: alpaca\n"))
                .singleElement()
                .asString()
                .contains("6:15", "val_set_size and test_datasets exclude each other");
        assertThat(errors(SMALL + "eval_steps: 5\n")).singleElement().asString().contains("eval_steps needs rows");
        assertThat(errors(SMALL + "save_steps: 5\nsaves_per_epoch: 1\n"))
                .singleElement()
                .asString()
                .contains("saves_per_epoch and save_steps exclude each other");
        assertThat(errors(SMALL + "save_steps: 5\nsave_strategy: epoch\n"))
                .singleElement()
                .asString()
                .contains("save_strategy: epoch contradicts save_steps");
        assertThat(errors(SMALL + "chat_template: jinja\n"))
                .singleElement()
                .asString()
                .contains("chat_template_jinja");
        assertThat(errors(SMALL.replace("alpaca", "sharegpt")))
                .singleElement()
                .asString()
                .contains("5:11: error: datasets[0]: type sharegpt");
        assertThat(errors(SMALL + "adapter: lora\nlora_r: 4\nlora_alpha: 8\nlora_target_modules: \"(q_proj\"\n"))
                .singleElement()
                .asString()
                .contains("9:22", "not a regular expression");
    }

    @Test
    void saysWhyARuleBetweenKeysIsThere() throws IOException {
        String yaml = SMALL
                + "load_in_4bit: true\nval_set_size: 0.1\ntest_datasets: [{path: t.jsonl, type: alpaca}]\n"
                + "cosine_constant_lr_ratio: 0.8\nwarmup_steps: 3\nwarmup_ratio: 0.1\nsave_steps: 5\nsaves_per_epoch: 1\n";

        assertThatThrownBy(() -> load(yaml)).isInstanceOfSatisfying(ProblemException.class, refused -> {
            assertThat(refused.problems()).hasSize(5).allSatisfy(problem -> {
                assertThat(problem.reason().orElseThrow()).hasSizeGreaterThan(20);
                assertThat(problem.see().orElseThrow()).startsWith("newt schema --field ");
                assertThat(new ProblemText(false).of(problem))
                        .containsPattern("\\^+\n    because .+\n    see newt schema --field ");
            });
        });
    }

    @Test
    void refusesEachTrapOfAnEncoding() throws IOException {
        for (Charset charset : List.of(
                StandardCharsets.UTF_16,
                StandardCharsets.UTF_16LE,
                StandardCharsets.UTF_16BE,
                Charset.forName("UTF-32"))) {
            Path file = Files.write(folder.resolve("e.yaml"), SMALL.getBytes(charset));
            assertThatThrownBy(() -> ConfigFile.load(file, List.of()))
                    .as(charset.name())
                    .hasMessageContaining("the text is UTF-" + (charset.name().startsWith("UTF-32") ? 32 : 16))
                    .hasMessageEndingWith(", not UTF-8; save the file in UTF-8");
        }
        byte[] marked = ("\uFEFF" + SMALL).getBytes(StandardCharsets.UTF_8);
        Path file = Files.write(folder.resolve("bom.yaml"), marked);
        assertThat(ConfigFile.load(file, List.of()).config().training().learningRate())
                .isEqualTo(1e-4);
    }

    @Test
    void refusesAFileOfTenMegabytesAtOnce() throws IOException {
        String line = "# " + "x".repeat(1021) + "\n";
        assertThat(errors(SMALL + line.repeat(10 * 1024)))
                .singleElement()
                .asString()
                .contains("the limit for a configuration is 1048576");
    }

    @Test
    void doesNotJudgeByAValueThatCouldNotBeRead() throws IOException {
        assertThat(
                        errors(
                                SMALL
                                        + "adapter: qlora\nload_in_4bit: \"true\"\nlora_r: 8\nlora_alpha: 8\nlora_target_linear: true\n"))
                .containsExactly(
                        "c.yaml:7:15: error: load_in_4bit is \"true\"; it takes true or false, so write it without quotes: true");
    }

    @Test
    void readsATypeThatIsAMapping() throws IOException {
        NewtConfig config = load(SMALL.replace(
                "type: alpaca", "type:\n      field_instruction: q\n      format: \"[INST] {instruction}\""));

        DatasetType type = config.data().datasets().get(0).type().orElseThrow();
        assertThat(type.name()).isEmpty();
        assertThat(type.format().orElseThrow().fieldInstruction()).contains("q");
        assertThat(type.format().orElseThrow().systemPrompt()).isEqualTo(Optional.empty());
    }

    @Test
    void appliesOverrides() throws IOException {
        NewtConfig config = load(
                SMALL,
                "learning_rate=2e-4",
                "datasets[0].path=other.jsonl",
                "datasets[0].roles.user=[human, user]",
                "datasets[1]={path: more.jsonl, type: completion}",
                "special_tokens.pad_token=\"<pad>\"",
                "output_dir=a=b");

        assertThat(config.training().learningRate()).isEqualTo(2e-4);
        assertThat(config.data().datasets())
                .extracting(DatasetConfig::path)
                .containsExactly("other.jsonl", "more.jsonl");
        assertThat(config.data().datasets().get(0).roles()).containsEntry("user", List.of("human", "user"));
        assertThat(config.model().specialTokens().orElseThrow().padToken()).contains("<pad>");
        assertThat(config.schedule().outputDir()).isEqualTo("a=b");
        assertThat(load(SMALL + "seed: 7\n", "seed=").training().seed()).isEqualTo(42);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            learning_rate          | an override has the form key=value, for example learning_rate=2e-4
            =5                     | an override has the form key=value, for example learning_rate=2e-4
            datasets[x].path=5     | datasets[x].path is not a path of keys; write key, key.key or key[0].key
            datasets[7].path=a     | datasets has 1 items, so [7] does not exist; the first is [0]
            datasets.path=a        | datasets is a list; name the item, as in datasets[0].path
            base_model.x=a         | base_model has no keys below it
            base_model[0]=a        | base_model is not a list; write its keys after a dot
            learning_rate=fast     | learning_rate is fast; it takes a number
            learnin_rate=1         | learnin_rate is not a known key; did you mean learning_rate?
            seed=[1                | not YAML: while parsing a flow sequence, expected ',' or ']', but got <stream end>
            """)
    void namesTheArgumentThatIsWrong(String argument, String message) throws IOException {
        assertThat(errors(SMALL, argument.strip()))
                .containsExactly("argument '" + argument.strip() + "': error: " + message);
    }

    @Test
    void refusesWhatIsNotAConfiguration() throws IOException {
        assertThat(errors(""))
                .containsExactly(
                        "c.yaml:1:1: error: the file is empty; write at least base_model, datasets and learning_rate");
        assertThat(errors("# nothing\n")).singleElement().asString().contains("the file is empty");
        assertThat(errors("- a\n- b\n"))
                .containsExactly("c.yaml:1:1: error: the file is a list; it must hold keys with values, key: value");
        assertThat(errors(SMALL + "---\nseed: 1\n"))
                .singleElement()
                .asString()
                .contains("c.yaml:7:1: error: a second document");
        assertThat(errors(SMALL + "\tseed: 1\n"))
                .singleElement()
                .asString()
                .startsWith("c.yaml:6:1: error: there is a tab");
        assertThat(errors(SMALL + "seed: [1\n")).singleElement().asString().startsWith("c.yaml:7:1: error: not YAML: ");
        assertThat(errors(SMALL + "seed: !!python/name 1\n"))
                .anyMatch(error ->
                        error.startsWith("c.yaml:6:7: error: there is a tag here, tag:yaml.org,2002:python/name;"));
        assertThatThrownBy(() -> ConfigFile.load(folder.resolve("none.yaml"), List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("none.yaml:1:1: error: there is no such file; give the path of a YAML file");
    }

    @Test
    void refusesTextThatIsNotUtf8() throws IOException {
        Path file =
                Files.write(folder.resolve("l.yaml"), "seed: 1\nbase_model: é\n".getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> ConfigFile.load(file, List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("l.yaml:2:13: error: the text is not UTF-8; save the file in UTF-8");
    }

    /** The keys that Axolotl's examples of lora, qlora and full training of Llama share, with their usual values. */
    @Test
    void bindsTheKeysOfAxolotlsExamples() throws IOException {
        String yaml =
                """
                base_model: NousResearch/Llama-3.2-1B
                model_type: LlamaForCausalLM
                tokenizer_type: AutoTokenizer
                load_in_8bit: true
                load_in_4bit: false
                strict: false
                datasets:
                  - path: teknium/GPT4-LLM-Cleaned
                    type: alpaca
                dataset_prepared_path: last_run_prepared
                val_set_size: 0.1
                output_dir: ./outputs/lora-out
                adapter: lora
                lora_model_dir:
                sequence_len: 2048
                sample_packing: true
                eval_sample_packing: true
                pad_to_sequence_len: true
                lora_r: 16
                lora_alpha: 32
                lora_dropout: 0.05
                lora_fan_in_fan_out:
                lora_target_modules:
                  - gate_proj
                  - down_proj
                wandb_project:
                wandb_entity:
                wandb_watch:
                wandb_name:
                wandb_log_model:
                gradient_accumulation_steps: 2
                micro_batch_size: 2
                num_epochs: 1
                optimizer: adamw_8bit
                lr_scheduler: cosine
                learning_rate: 0.0002
                train_on_inputs: false
                group_by_length: false
                bf16: auto
                fp16:
                tf32: false
                gradient_checkpointing: true
                gradient_checkpointing_kwargs:
                  use_reentrant: false
                early_stopping_patience:
                resume_from_checkpoint:
                local_rank:
                logging_steps: 1
                xformers_attention:
                flash_attention: true
                loss_watchdog_threshold: 5.0
                loss_watchdog_patience: 3
                warmup_steps: 10
                evals_per_epoch: 4
                eval_table_size:
                eval_max_new_tokens: 128
                saves_per_epoch: 1
                debug:
                deepspeed:
                weight_decay: 0.0
                fsdp:
                fsdp_config:
                special_tokens:
                  pad_token: "<|end_of_text|>"
                """;
        NewtConfig config = load(yaml);

        assertThat(config.adapter().loraTargetModules().orElseThrow().all()).containsExactly("gate_proj", "down_proj");
        assertThat(config.training().gradientCheckpointing()).isTrue();
        assertThat(warnings(yaml))
                .extracting(warning -> warning.split("warning: ")[1].split("[ :]")[0])
                .containsExactly("these");
        assertThat(warnings(yaml).get(0))
                .contains(
                        "model_type (",
                        "tokenizer_type (",
                        "pad_to_sequence_len (",
                        "gradient_checkpointing_kwargs (",
                        "flash_attention (");
    }

    @Test
    void refusesBombsQuickly() throws IOException {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 9; i++) {
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ",").repeat(10)));
        }
        assertThat(errors(bomb.toString()))
                .anyMatch(error -> error.contains("more than 20000 values, aliases included"));
        assertThat(errors("a: &a [*a]\n")).anyMatch(error -> error.contains("contains itself through an alias"));
        assertThat(errors("a: " + "[".repeat(5000))).singleElement().asString().contains("nested deeper than 32");
        assertThat(errors("a: " + "x".repeat(2 << 20)))
                .singleElement()
                .asString()
                .contains("the limit for a configuration is 1048576");
    }

    @Test
    void mergesAnchors() throws IOException {
        NewtConfig config =
                load(SMALL + "test_datasets:\n  - &t\n    path: a\n    type: alpaca\n  - <<: *t\n    path: b\n");

        assertThat(config.data().testDatasets()).extracting(DatasetConfig::path).containsExactly("a", "b");
        assertThat(config.data().testDatasets().get(1).type().orElseThrow().name())
                .contains("alpaca");
    }

    @Test
    void looksForInputsBesideTheFileFirst() throws IOException {
        Path working = Files.createDirectory(folder.resolve("w"));
        Files.writeString(working.resolve("only-here"), "");
        Files.writeString(working.resolve("both"), "");
        Files.writeString(folder.resolve("both"), "");
        InputPaths paths = ConfigFile.load(write(SMALL), List.of(), working).paths();

        assertThat(paths.find("both")).isEqualTo(folder.resolve("both"));
        assertThat(paths.find("only-here")).isEqualTo(working.resolve("only-here"));
        assertThat(paths.find("nowhere")).isEqualTo(folder.resolve("nowhere"));
        assertThat(paths.output("out")).isEqualTo(working.resolve("out"));
    }
}
