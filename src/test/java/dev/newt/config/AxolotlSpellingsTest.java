package dev.newt.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.newt.config.yaml.Problem;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys as Axolotl's users write them: old spellings, keys without effect, keys that are not supported. */
class AxolotlSpellingsTest {
    private static final String SMALL =
            "base_model: m\nlearning_rate: 1e-4\nval_set_size: 0.1\ndatasets:\n  - path: rows.jsonl\n    type: alpaca\n";

    @TempDir
    Path folder;

    private LoadedConfig load(String lines) throws IOException {
        return ConfigFile.load(Files.writeString(folder.resolve("c.yaml"), SMALL + lines), List.of());
    }

    private List<String> warnings(String lines) throws IOException {
        return load(lines).warnings().stream().map(Problem::message).toList();
    }

    @Test
    void anOldSpellingDoesItsWorkAndIsTold() throws IOException {
        assertThat(load("evaluation_strategy: epoch\n").config().schedule().evalStrategy())
                .contains(When.EPOCH);
        assertThat(warnings("evaluation_strategy: epoch\n"))
                .containsExactly(
                        "evaluation_strategy is read as eval_strategy: epoch; write that instead: evaluation_strategy is an old spelling");
        assertThat(load("bfloat16: true\n").config().model().bf16()).isEqualTo(Precision.ON);
        assertThat(load("float32: true\n").config().model().bf16()).isEqualTo(Precision.OFF);
        assertThat(load("float32: false\n").config().model().bf16()).isEqualTo(Precision.AUTO);
        assertThat(warnings("float32: false\nevaluation_strategy:\n")).isEmpty();
    }

    @Test
    void anOldSpellingOfAKeyOfADataSetIsTold() throws IOException {
        String yaml = SMALL.replace("type: alpaca", "type: chat_template\n    message_field_role: from");
        LoadedConfig loaded = ConfigFile.load(Files.writeString(folder.resolve("c.yaml"), yaml), List.of());

        assertThat(loaded.config().data().datasets().get(0).messageFieldRole()).contains("from");
        assertThat(loaded.warnings())
                .extracting(Problem::message)
                .containsExactly(
                        "datasets[0].message_field_role is an old spelling; write message_property_mappings: {role: ...}");
    }

    @Test
    void bothSpellingsTogetherAreRefused() {
        assertThatThrownBy(() -> load("evaluation_strategy: epoch\neval_strategy: epoch\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("evaluation_strategy and eval_strategy say the same; keep eval_strategy");
    }

    @Test
    void keysWithoutEffectAreToldTogetherEachWithItsReason() throws IOException {
        assertThat(warnings("tf32: true\n")).containsExactly("tf32 has no effect here: 32-bit products run in 32 bits");
        assertThat(warnings("tf32: true\nliger_rope: true\nliger_swiglu: true\nwandb_project: p\n"))
                .singleElement()
                .asString()
                .startsWith(
                        "these keys have no effect here: tf32 (32-bit products run in 32 bits); liger_rope, liger_swiglu (")
                .contains("wandb_project (no such service is called");
    }

    @Test
    void whatAsksForNothingGivesNoWarning() throws IOException {
        assertThat(
                        warnings(
                                """
                        tf32: false
                        flash_attention:
                        plugins: []
                        fsdp_config: {}
                        wandb_project: ""
                        wandb_mode: disabled
                        rl:
                        fp16: false
                        tensor_parallel_size: 1
                        cosine_constant_lr_ratio: 0
                        save_safetensors: true
                        """))
                .isEmpty();
    }

    @Test
    void servicesThatAreNotCalledAndOtherDevicesStopNoRun() throws IOException {
        assertThat(
                        warnings(
                                """
                        hub_model_id: me/model
                        hub_strategy: end
                        push_dataset_to_hub: me/data
                        wandb_project: p
                        deepspeed: deepspeed_configs/zero3.json
                        fsdp_config: {offload_params: true}
                        """))
                .singleElement()
                .asString()
                .contains(
                        "hub_model_id",
                        "hub_strategy",
                        "push_dataset_to_hub",
                        "wandb_project",
                        "deepspeed",
                        "fsdp_config");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            rl: orpo                   | rl is orpo; that is not supported yet; it takes dpo
            reward_model: true         | reward_model is not supported yet; the one objective on preferences is rl: dpo, with rl_beta; remove this key
            save_safetensors: false    | save_safetensors is not supported yet; weights are always written as safetensors; remove it
            dp_shard_size: 8           | dp_shard_size is not supported yet; a step would have that many times more rows; multiply gradient_accumulation_steps by it and remove it
            special_tokens: {additional_special_tokens: [x]} | special_tokens.additional_special_tokens is not supported yet; add the tokens to the model's tokenizer and embeddings first, and remove it
            optimizer: lion_8bit       | optimizer is lion_8bit; that is not supported yet; it takes adamw_torch, adamw_torch_fused
            lr_scheduler: polynomial   | lr_scheduler is polynomial; that is not supported yet; it takes cosine, linear
            save_strategy: best        | save_strategy is best; that is not supported yet; it takes no, steps, epoch
            batch_size: 10\\nmicro_batch_size: 4 | batch_size is 10, but a step has 2 times micro_batch_size 4 rows
            curriculum_sampling: true  | curriculum_sampling keeps the order of the data, so it needs shuffle_merged_datasets: false
            warmup_steps: 2.5          | warmup_steps is a whole number of steps, or below 1 a part of all steps
            cosine_min_lr_ratio: 1.5   | cosine_min_lr_ratio is 1.5; it must be 1 or less
            cosine_min_lr_ratio: 0.1\\nlr_scheduler: linear | cosine_min_lr_ratio says where a cosine ends, but lr_scheduler is linear
            """)
    void whatIsNotSupportedIsRefusedWithTheAlternative(String lines, String message) {
        assertThatThrownBy(() -> load(lines.replace("\\n", "\n") + "\n"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            alpacca            | type alpacca is not a known prompt format; did you mean alpaca?
            alpaca_chat:load_qa | did you mean alpaca_chat.load_qa?
            zzz                | usual ones are alpaca, chat_template, completion and input_output, or a mapping of your own
            sharegpt           | type sharegpt is no longer read
            sharegpt.load_role | type sharegpt is no longer read
            reflection:chat    | did you mean reflection?
            """)
    void anUnknownPromptFormatIsRefusedBeforeAnythingIsLoaded(String type, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("t.yaml"), SMALL.replace("type: alpaca", "type: " + type));

        assertThatThrownBy(() -> ConfigFile.load(file, List.of()))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(message);
    }

    @Test
    void stepsAreCountedAsAxolotlCountsThem() throws IOException {
        TrainingConfig training =
                load("batch_size: 32\nmicro_batch_size: 4\n").config().training();
        assertThat(training.gradientAccumulationSteps()).isEqualTo(8);
        assertThat(load("micro_batch_size: 4\ngradient_accumulation_steps: 8\n")
                        .config()
                        .training())
                .isEqualTo(training);
        assertThat(load("").config().training().gradientAccumulationSteps()).isEqualTo(1);
    }

    @Test
    void warmupStepsBelowOneAreAPartOfAllSteps() throws IOException {
        assertThat(load("warmup_steps: 10\n").config().training().warmupSteps()).contains(10);
        assertThat(load("warmup_steps: 0\n").config().training().warmupSteps()).contains(0);
        TrainingConfig part = load("warmup_steps: 0.1\n").config().training();
        assertThat(part.warmupSteps()).isEmpty();
        assertThat(part.warmupRatio()).contains(0.1);
    }

    @Test
    void offloadedCheckpointingRunsAsPlain() throws IOException {
        assertThat(load("gradient_checkpointing: offload\n").config().training().gradientCheckpointing())
                .isTrue();
        assertThat(warnings("gradient_checkpointing: offload\n"))
                .singleElement()
                .asString()
                .contains("offload runs as true");
        assertThat(load("gradient_checkpointing: false\n").config().training().gradientCheckpointing())
                .isFalse();
    }

    @Test
    void readsAxolotlsOtherNamesOfAdamw() throws IOException {
        for (String name : List.of("ao_adamw_fp8", "adamw_torch_xla", "paged_adamw")) {
            assertThat(warnings("optimizer: " + name + "\n")).isEmpty();
        }
        assertThat(OptimizerName.AO_ADAMW_FP8.narrow().orElseThrow().bits()).isEqualTo(8);
        assertThat(OptimizerName.PAGED_ADAMW.narrow()).isEmpty();
    }

    @Test
    void valuesThatWouldChangeWhatIsComputedAreRefused() throws IOException {
        for (String refused : List.of(
                "attn_implementation: s2",
                "s2_attention: true",
                "plugins: [axolotl.integrations.liger.LigerPlugin, axolotl.integrations.grokfast.GrokfastPlugin]",
                "model_type: AutoModelForSequenceClassification",
                "activation_offloading: disk",
                "device: cuda",
                "device_map: {'': 0}",
                "peft_autocast_adapter_dtype: false",
                "tokenizer_legacy: false",
                "base_model_config: other/model",
                "fsdp_config: {offload_params: true, activation_checkpointing: true}",
                "bnb_config_kwargs: {bnb_4bit_quant_type: fp4}",
                "bnb_config_kwargs: {bnb_4bit_use_double_quant: false}",
                "tensor_parallel_size: 2",
                "load_in_8bit: true")) {
            assertThatThrownBy(() -> load(refused + "\n")).as(refused).isInstanceOf(UserException.class);
        }
        assertThatThrownBy(() -> load("fsdp_config: {offload_params: true, activation_checkpointing: true}\n"))
                .hasMessageContaining("fsdp_config.activation_checkpointing is not supported yet; write"
                        + " gradient_checkpointing: true");
        assertThatThrownBy(() -> load("attn_implementation: s2\n"))
                .hasMessageContaining("attn_implementation is s2; that is not supported yet");
        for (String accepted : List.of(
                "attn_implementation: flash_attention_2",
                "plugins: [axolotl.integrations.liger.LigerPlugin]",
                "model_type: LlamaForCausalLM",
                "activation_offloading: true",
                "device_map: auto",
                "fsdp_config: {offload_params: true, activation_checkpointing: false}",
                "bnb_config_kwargs: {bnb_4bit_quant_type: nf4, bnb_4bit_use_double_quant: true}")) {
            assertThat(warnings(accepted + "\n")).as(accepted).hasSize(1);
        }
        for (String silent : List.of("device: cpu", "tensor_parallel_size: 1", "peft_autocast_adapter_dtype: true")) {
            assertThat(warnings(silent + "\n")).as(silent).isEmpty();
        }
    }
}
