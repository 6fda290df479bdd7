package dev.newt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.newt.config.ConfigFile;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlannerTest {
    private static final Path QLORA = Path.of("examples/yaml/llama-qlora.yaml");
    private static final Path PRETRAIN = Path.of("examples/yaml/newt-tiny-pretrain.yaml");

    @TempDir
    Path folder;

    private static ExecutionPlan plan(Path file, String... overrides) {
        return Planner.plan(ConfigFile.load(file, List.of(overrides)));
    }

    @Test
    void countsTheParametersOfTheExample() {
        ExecutionPlan plan = plan(QLORA);

        // Each of 6 layers: q and o 192 x 192, k and v 64 x 192; gate, up, down 512 x 192; two norms. The head is the
        // embedding.
        assertThat(plan.model().parametersByPart())
                .containsEntry("attention", 6L * (2 * 192 * 192 + 2 * 64 * 192))
                .containsEntry("mlp", 6L * 3 * 512 * 192)
                .containsEntry("norm", 13L * 192)
                .containsEntry("embedding", 1664L * 192)
                .containsEntry("head", 0L);
        assertThat(plan.model().parameters()).isEqualTo(2_681_280);
        // Rank 16 times inputs plus outputs of the seven projections of each layer.
        assertThat(plan.method().trainedParameters())
                .isEqualTo(6L * 16 * (2 * (192 + 192) + 2 * (192 + 64) + 3 * (192 + 512)));
        assertThat(plan.method().kind()).isEqualTo("qlora");
        assertThat(plan.method().lora().orElseThrow().targets())
                .hasSize(7)
                .allSatisfy((name, count) -> assertThat(count).isEqualTo(6));
        assertThat(plan.warnings()).isEmpty();
    }

    /** Formats of fewer bits that do not exist yet: what that costs is told. */
    @Test
    void saysHowMuchMoreIsTakenThanWasAskedFor() {
        ExecutionPlan plan = plan(
                QLORA,
                "base_model=meta-llama/llama-3.1-8B",
                "adapter=lora",
                "load_in_4bit=false",
                "load_in_8bit=true",
                "bf16=true",
                "optimizer=adamw_bnb_8bit");

        // Of 8,030,261,248 parameters 32 x 218,103,808 are in matrices of the blocks, with 32 x 43,008 rows.
        assertThat(plan.warnings())
                .containsExactly(
                        "load_in_8bit is not supported yet: the base stays in bf16, 14.96 GiB where 8 bits would take 8.46 GiB",
                        "optimizer: adamw_bnb_8bit runs as adamw_torch, with its state in 32 bits: 320.0 MiB where 8 bits would take about 81.3 MiB");
    }

    @Test
    void plansModelsOfTheCatalogueWithoutFetchingThem() {
        ExecutionPlan plan = plan(QLORA, "base_model=meta-llama/llama-3.1-8B", "sequence_len=2048");

        assertThat(plan.model().source()).isEqualTo("catalogue");
        assertThat(plan.model().folder()).isEmpty();
        assertThat(plan.model().parameters()).isEqualTo(8_030_261_248L);
        assertThat(PlanTable.of(plan))
                .contains("model       meta-llama/llama-3.1-8B, not fetched yet: shape from the catalogue\n");
        assertThatThrownBy(() -> plan(QLORA, "base_model=meta-llama/Llama-3.1-8"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(
                        "is not here; train and preprocess fetch it from the hub. Whether its family is supported, and"
                                + " what it needs, is known then. Known without fetching: meta-llama/Llama-3.1-8B, ");
    }

    @Test
    void prefersTheModelsOwnFolderToTheCatalogue() throws IOException {
        Path model = Files.createDirectories(folder.resolve("HuggingFaceTB/SmolLM-135M"));
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
            Files.copy(Path.of("examples/models/newt-tiny").resolve(name), model.resolve(name));
        }
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                """
                base_model: HuggingFaceTB/SmolLM-135M
                learning_rate: 1e-4
                datasets:
                  - path: %s
                    type: completion
                """
                        .formatted(Path.of("examples/data/orders-test.jsonl").toAbsolutePath()));

        assertThat(plan(file).model().source()).isEqualTo("folder");
        assertThat(plan(file).model().folder()).contains(model.toString());
    }

    @Test
    void estimatesTheWorkOfTheExample() {
        double tokens = 4 * 512;
        double blocks = 2 * tokens * 2_359_296;
        double attention = 2 * tokens * 512 * 192 * 6;
        double head = 2 * tokens * 1664 * 192;
        double adapters = 2 * tokens * 325_632;

        Work work = new Work(plan(QLORA));
        assertThat(work.forward).isEqualTo(blocks + attention + head + adapters, within(1.0));
        assertThat(work.backward).isEqualTo(blocks + 2 * attention + head + 2 * adapters, within(1.0));
        Work full = new Work(plan(PRETRAIN, "gradient_checkpointing=true"));
        assertThat(full.backward).isEqualTo(2 * (blocks + attention + head), within(1.0));
        assertThat(full.recomputed).isEqualTo(blocks + attention, within(1.0));
    }

    @Test
    void allExpertsAreHeldAndThoseOfATokenWork() {
        ExecutionPlan plan = plan(QLORA, "base_model=mistralai/Mixtral-8x7B-v0.1", "bf16=true");

        long attention = 32L * (2 * 4096 * 4096 + 2 * 1024 * 4096);
        long experts = 32L * 8 * 3 * 4096 * 14_336;
        long routers = 32L * 8 * 4096;
        assertThat(plan.model().parametersByPart())
                .containsEntry("attention", attention)
                .containsEntry("experts", experts + routers);
        long others = 2L * 32_000 * 4096 + 65 * 4096;
        assertThat(plan.model().activeParameters()).isEqualTo(attention + experts / 4 + routers + others);
        assertThat(PlanTable.of(plan)).contains("\n            12,879,925,248 of them at work for each token\n");
        // Routers stay as they are.
        double nf4 = 0.5 + 1 / 64.0 + 4 / (64 * 256.0);
        assertThat((double) plan.memory().weights())
                .isEqualTo((attention + experts) * nf4 + 2.0 * (routers + others), within(1.0));

        double tokens = 4 * 512;
        double blocks = 2 * tokens * (attention + experts / 4.0 + routers);
        double squares = 2 * tokens * 512 * 4096 * 32;
        double head = 2 * tokens * 32_000 * 4096;
        long attended = 2 * (4096 + 4096) + 2 * (4096 + 1024);
        double adapters = 2 * tokens * 16 * 32 * (attended + (4096 + 8) + 2 * 3 * (4096 + 14_336));
        Work work = new Work(plan);
        assertThat(work.forward).isCloseTo(blocks + squares + head + adapters, withinPercentage(1e-9));
        assertThat(work.backward).isCloseTo(blocks + 2 * squares + head + 2 * adapters, withinPercentage(1e-9));
    }

    private record Work(double forward, double backward, double recomputed) {
        Work(ExecutionPlan plan) {
            this(plan.work().forward(), plan.work().backward(), plan.work().recomputed());
        }
    }

    @Test
    void countsTheStateOfTheOptimizerThatRuns() {
        assertThat(plan(QLORA, "optimizer=adamw_torch").memory().optimizer()).isEqualTo(2 * 4 * 325_632);
        assertThat(plan(QLORA, "optimizer=lion_32bit").memory().optimizer()).isEqualTo(4 * 325_632);
        ExecutionPlan sgd = plan(QLORA, "optimizer=sgd");
        assertThat(sgd.memory().optimizer()).isZero();
        assertThat(PlanTable.of(sgd))
                .contains("optimizer   SGD, learning rate 0.004 cosine, ")
                .doesNotContain("beta");
    }

    @Test
    void estimatesTheMemoryOfTheExample() {
        // Two micro batches, so that the gradients of the first are there at the peak of the second.
        ExecutionPlan.Memory memory =
                plan(QLORA, "gradient_accumulation_steps=2").memory();

        // Projections in NF4 with scales, the rest in 4 bytes.
        assertThat((double) memory.weights())
                .isEqualTo(2_359_296 * (0.5 + 1 / 64.0 + 4 / 16384.0) + (2_681_280 - 2_359_296) * 4, within(1.0));
        // What is converted from 2 bytes but not quantised.
        assertThat(memory.files()).isEqualTo(2 * (2_681_280 - 2_359_296));
        assertThat(memory.adapters()).isEqualTo(4 * 325_632);
        assertThat(memory.gradients()).isEqualTo(4 * 325_632);
        assertThat(memory.optimizer()).isEqualTo(8 * 325_632);
        assertThat(memory.logits()).isEqualTo(2L * 2048 * 1664 * 4);
        // Seven boundaries, the last normed, rotary tables; of each block the sum in its middle, queries, keys, values
        // and the
        // attention's output, gate and up, seven ranks; scales and log-sums.
        long block = 192 + 2 * 192 + 2 * 64 + 2 * 512 + 7 * 16 + 2 + 6;
        assertThat(memory.activations()).isEqualTo(4L * 2048 * (7 * 192 + 192 + 32 + 6 * block));
        assertThat(memory.activationsOfBlocks().kept()).isEqualTo(memory.activations());
        assertThat(memory.activationsOfBlocks().checkpointed()).isEqualTo(4L * 2048 * (7 * 192 + 192 + 32));
        assertThat(memory.total())
                .isEqualTo(memory.weights()
                        + memory.files()
                        + memory.adapters()
                        + memory.gradients()
                        + memory.optimizer()
                        + memory.activations()
                        + memory.logits()
                        + memory.workspace()
                        + memory.runtime());

        ExecutionPlan.Memory full = plan(PRETRAIN).memory();
        assertThat(full.weights()).isEqualTo(4 * 2_681_280);
        assertThat(full.files()).isZero();
        assertThat(full.optimizer()).isEqualTo(8 * 2_681_280);
        assertThat(plan(QLORA, "gradient_checkpointing=true").memory().activations())
                .isLessThan(memory.activations() / 3);
    }

    @Test
    void countsSteps() {
        ExecutionPlan.Steps steps =
                plan(QLORA, "sample_packing=false", unprepared()).steps();
        assertThat(steps.trainRows()).contains(5000L);
        assertThat(steps.total()).contains(1250L);
        assertThat(steps.certainty()).isEqualTo("at most");

        assertThat(plan(QLORA, "max_steps=7").steps().total()).contains(7L);
        assertThat(plan(QLORA, "max_steps=7").steps().certainty()).isEqualTo("exact");
        // 5,000 rows less a tenth, in steps of 4 * 7 rows, for a half of an epoch.
        assertThat(plan(
                                QLORA,
                                "sample_packing=false",
                                "test_datasets=[]",
                                "val_set_size=0.1",
                                "gradient_accumulation_steps=7",
                                "num_epochs=0.5")
                        .steps()
                        .total())
                .contains(81L);
        assertThat(plan(QLORA, "sample_packing=false", "datasets[0].split=train[:10]")
                        .steps()
                        .trainRows())
                .isEmpty();
    }

    @Test
    void estimatesTokensAndPackedStepsFromTheSizeOfTheFiles() throws IOException {
        long tokens = Math.round(Files.size(Path.of("examples/data/orders-train.jsonl")) / 4.5);

        ExecutionPlan.Steps steps = plan(QLORA, unprepared()).steps();

        assertThat(steps.tokens()).contains(new ExecutionPlan.Tokens(tokens, false));
        assertThat(steps.total()).contains((tokens + 2047) / 2048);
        assertThat(steps.certainty()).isEqualTo("about");
        assertThat(plan(PRETRAIN, unprepared()).steps().certainty()).isEqualTo("about");
    }

    @Test
    void warmsUpByAxolotlsRules() {
        Optional<Integer> unset = Optional.empty();
        assertThat(new Warmup(Optional.of(10), Optional.empty(), false).of(5)).isEqualTo(10);
        assertThat(new Warmup(unset, Optional.of(0.05), false).of(119)).isEqualTo(5);
        assertThat(new Warmup(unset, Optional.of(0.05), false).of(20)).isEqualTo(2);
        assertThat(new Warmup(unset, Optional.of(0.05), false).of(19)).isZero();
        assertThat(new Warmup(unset, Optional.empty(), false).of(1000)).isEqualTo(30);
        assertThat(new Warmup(unset, Optional.empty(), false).of(100_000)).isEqualTo(100);
        assertThat(new Warmup(Optional.of(10), Optional.empty(), true).of(50)).isZero();
    }

    @Test
    void choosesBf16WhereTheProcessorMultipliesIt() throws IOException {
        Path with = Files.writeString(folder.resolve("with"), "processor : 0\nflags\t\t: fpu avx512_bf16 amx_tile\n");
        Path without = Files.writeString(folder.resolve("without"), "processor : 0\nflags\t\t: fpu avx512f\n");

        var auto = ConfigFile.load(QLORA, List.of("bf16=auto"));
        assertThat(Planner.plan(auto, Device.here(with)).compute().type()).isEqualTo("bf16");
        assertThat(Planner.plan(auto, Device.here(without)).compute().type()).isEqualTo("fp32");
        assertThat(Planner.plan(auto, Device.here(folder.resolve("none")))
                        .compute()
                        .type())
                .isEqualTo("fp32");
        assertThat(Planner.plan(ConfigFile.load(QLORA, List.of()), Device.here(with))
                        .compute()
                        .type())
                .isEqualTo("fp32");
        assertThat(Planner.plan(ConfigFile.load(QLORA, List.of("bf16=true")), Device.here(without))
                        .compute()
                        .type())
                .isEqualTo("bf16");
    }

    @Test
    void countsWhatIsTrainedBesideTheAdapter() {
        ExecutionPlan plan = plan(
                QLORA,
                "lora_target_linear=false",
                "lora_target_modules=[q_proj]",
                "lora_modules_to_save=[embed_tokens]",
                "peft_use_dora=true");

        ExecutionPlan.Lora lora = plan.method().lora().orElseThrow();
        assertThat(lora.adapterParameters()).isEqualTo(6 * (16 * (192 + 192) + 192));
        assertThat(lora.savedModules()).containsExactly("model.embed_tokens");
        assertThat(plan.method().trainedParameters()).isEqualTo(lora.adapterParameters() + 1664 * 192);
    }

    @Test
    void tellsEveryProblemOfModelAndDataWithItsPlace() throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                """
                base_model: ./some-model
                learning_rate: 1e-4
                datasets:
                  - path: nothing.jsonl
                    type: alpaca
                  - path: .
                    split: "train[9:1]"
                """);

        assertThatThrownBy(() -> plan(file)).isInstanceOf(UserException.class).satisfies(e -> assertThat(
                        e.getMessage().replace(folder.toString(), "").lines())
                .satisfiesExactly(
                        model -> assertThat(model)
                                .startsWith("/c.yaml:1:13: error: base_model: /some-model is not a folder; download the"
                                        + " model and give the folder"),
                        data -> assertThat(data).startsWith("/c.yaml:4:11: error: /nothing.jsonl: does not exist."),
                        split -> assertThat(split).startsWith("/c.yaml:7:12: error: split: ")));
    }

    @Test
    void tellsWhichChatTemplateIsNotThere() {
        assertThatThrownBy(() -> plan(QLORA, "chat_template=chatmll", "datasets[0].chat_template_jinja=missing.jinja"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("chat_template: chatmll is not a known template")
                .hasMessageContaining("missing.jinja cannot be read");
        assertThatThrownBy(() -> plan(QLORA, "chat_template=jinja", "chat_template_jinja='{% for %}'"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("line 1");
        assertThat(plan(QLORA, "chat_template=tokenizer_default_fallback_llama3")
                        .warnings())
                .isEmpty();
    }

    @Test
    void pointsAtTheKeyThatDoesNotFitTheModel() {
        assertThatThrownBy(() -> plan(QLORA, "lora_target_linear=false", "lora_target_modules=[c_attn]"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith(
                        "argument 'lora_target_modules=[c_attn]': error: lora_target_modules: no projection is named c_attn");
        assertThat(plan(QLORA, "sequence_len=1024").warnings())
                .singleElement()
                .asString()
                .contains("the model was made for 512 tokens");
    }

    @Test
    void hashesWhatTheResultDependsOn() {
        String hash = plan(QLORA).hash();

        assertThat(hash).matches("[0-9a-f]{64}");
        assertThat(plan(
                                QLORA,
                                "output_dir=elsewhere",
                                "logging_steps=1",
                                "save_total_limit=9",
                                "gradient_checkpointing=true")
                        .hash())
                .isEqualTo(hash);
        assertThat(plan(QLORA, "learning_rate=0.003").hash()).isNotEqualTo(hash);
        assertThat(plan(QLORA, "seed=1").hash()).isNotEqualTo(hash);
        assertThat(plan(QLORA, "bf16=true").hash()).isNotEqualTo(hash);
        assertThat(plan(QLORA, "datasets[0].path=../data/orders-test.jsonl").hash())
                .isNotEqualTo(hash);
    }

    @Test
    void writesJsonThatIsAlwaysTheSame() {
        String json = PlanJson.write(plan(QLORA));

        assertThat(json).isEqualTo(PlanJson.write(plan(QLORA))).endsWith("}\n");
        JsonNode read = JsonMapper.shared().readTree(json);
        assertThat(read.propertyNames())
                .containsExactly(
                        "hash",
                        "model",
                        "method",
                        "device",
                        "compute",
                        "batch",
                        "steps",
                        "optimizer",
                        "schedule",
                        "data",
                        "memory",
                        "work",
                        "warnings");
        assertThat(read.at("/method/lora/adapter_parameters").asLong()).isEqualTo(325_632);
        assertThat(read.at("/compute/base_nf4").asBoolean()).isTrue();
        assertThat(read.at("/steps/max_steps").isNull()).isTrue();
    }

    /** Whatever was prepared in the working directory by a run of the example. */
    private String unprepared() {
        return "dataset_prepared_path=" + folder.resolve("prepared");
    }

    @Test
    void printsOneScreen() {
        String table = PlanTable.of(plan(QLORA, unprepared()));

        assertThat(table.lines().count()).isLessThan(26);
        assertThat(table.lines()).allSatisfy(line -> assertThat(line).matches("(\\S+|) +\\S.*"));
        assertThat(table)
                .contains("parameters  2,681,280: attention 589,824, embedding 319,488, mlp 1,769,472, norm 2,496\n")
                .contains("trained     325,632 (12.14%), qlora\n")
                .contains("adapter     LoRA of rank 16, alpha 32, scale 2, dropout 0\n")
                .contains("steps       about 166, 1 epochs, warm-up 5% of the steps\n")
                .contains("work        33.19 GFLOP a step\n");
    }
}
