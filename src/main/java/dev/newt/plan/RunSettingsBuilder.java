package dev.newt.plan;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import dev.newt.optim.LearningRateSchedule;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes settings in a program. Each method sets the key of a configuration that has its name; {@link #set} sets those that have no method here.
 * Defaults and rules are the configuration's own ({@code docs/configuration.md}), so the same keys give the same plan with the same hash,
 * wherever they are written.
 *
 * <p>Relative paths are looked for in the working directory. As in a file, {@code ${env:NAME}} in a text is the value of a variable. Not to be
 * shared between threads.
 */
public final class RunSettingsBuilder {
    /** Stands for the settings in messages, which give a line of {@link #text}. */
    private static final Path NAME = Path.of("settings");

    private final Map<String, Object> values = new LinkedHashMap<>();

    RunSettingsBuilder() {}

    /**
     * Sets a key of the configuration.
     *
     * @param key such as {@code eval_max_new_tokens}
     * @param value text, a number, a truth value, a {@link Path}, or a list or map of these; an earlier one is replaced
     */
    public RunSettingsBuilder set(String key, Object value) {
        values.put(key, value);
        return this;
    }

    /**
     * Trains a low-rank adapter beside frozen weights; else all weights are trained.
     *
     * @param rank the adapter's inner width
     * @param alpha its output is multiplied by {@code alpha / rank}
     */
    public RunSettingsBuilder lora(int rank, int alpha) {
        return set("adapter", "lora").set("lora_r", rank).set("lora_alpha", alpha);
    }

    /** The base model: a folder, or a repository of the Hugging Face hub. */
    public RunSettingsBuilder baseModel(String nameOrFolder) {
        return set("base_model", nameOrFolder);
    }

    /** Branch, tag or commit of the base model on the hub. */
    public RunSettingsBuilder revisionOfModel(String revision) {
        return set("revision_of_model", revision);
    }

    /** Another tokenizer than the model's own. */
    public RunSettingsBuilder tokenizerConfig(String nameOrFolder) {
        return set("tokenizer_config", nameOrFolder);
    }

    /** Whether weights are drawn and not read. */
    public RunSettingsBuilder reinitWeights(boolean draw) {
        return set("reinit_weights", draw);
    }

    /** Whether the frozen projections are kept in NF4; with it {@link #lora} makes a QLoRA adapter. */
    public RunSettingsBuilder loadIn4bit(boolean quantise) {
        return set("load_in_4bit", quantise);
    }

    /** Whether activations and frozen weights are bfloat16; unset, where the processor multiplies it in hardware. */
    public RunSettingsBuilder bf16(boolean use) {
        return set("bf16", use);
    }

    /** Whether layers are computed again in the backward pass, to save memory. */
    public RunSettingsBuilder gradientCheckpointing(boolean recompute) {
        return set("gradient_checkpointing", recompute);
    }

    /** Whether the adapter is DoRA. */
    public RunSettingsBuilder peftUseDora(boolean use) {
        return set("peft_use_dora", use);
    }

    /** Whether the adapter is scaled by {@code alpha / sqrt(r)}. */
    public RunSettingsBuilder peftUseRslora(boolean use) {
        return set("peft_use_rslora", use);
    }

    /** Share of the adapter's inputs that is dropped in training. */
    public RunSettingsBuilder loraDropout(double share) {
        return set("lora_dropout", share);
    }

    /** Whether every linear layer of the decoder is adapted. */
    public RunSettingsBuilder loraTargetLinear(boolean all) {
        return set("lora_target_linear", all);
    }

    /** Names of the modules that are adapted. */
    public RunSettingsBuilder loraTargetModules(String... names) {
        return set("lora_target_modules", List.of(names));
    }

    /** Modules that are trained in full beside the adapter. */
    public RunSettingsBuilder loraModulesToSave(String... names) {
        return set("lora_modules_to_save", List.of(names));
    }

    /** Folder of an adapter to go on from. */
    public RunSettingsBuilder loraModelDir(Path folder) {
        return set("lora_model_dir", folder);
    }

    /** Rows to train on. */
    public RunSettingsBuilder datasets(DatasetEntry... entries) {
        return set("datasets", values(entries));
    }

    /** The objective of training on pairs of answers, such as {@code dpo}. */
    public RunSettingsBuilder rl(String objective) {
        return set("rl", objective);
    }

    /** How much a departure from the reference model counts. */
    public RunSettingsBuilder rlBeta(double beta) {
        return set("rl_beta", beta);
    }

    /** Rows to evaluate on, instead of a part of those that are trained on. */
    public RunSettingsBuilder testDatasets(DatasetEntry... entries) {
        return set("test_datasets", values(entries));
    }

    /** Rows set aside for evaluation: a part below 1, or a number of rows. */
    public RunSettingsBuilder valSetSize(double partOrRows) {
        return set("val_set_size", partOrRows);
    }

    /** Most tokens of a row. */
    public RunSettingsBuilder sequenceLen(int tokens) {
        return set("sequence_len", tokens);
    }

    /** Whether several rows share a sequence, without seeing one another. */
    public RunSettingsBuilder samplePacking(boolean pack) {
        return set("sample_packing", pack);
    }

    /** Whether prompts are trained too. */
    public RunSettingsBuilder trainOnInputs(boolean train) {
        return set("train_on_inputs", train);
    }

    /** The chat template, by its name. */
    public RunSettingsBuilder chatTemplate(String name) {
        return set("chat_template", name);
    }

    /** The chat template, as its source text or the path of its file. */
    public RunSettingsBuilder chatTemplateJinja(String source) {
        return set("chat_template_jinja", source);
    }

    /** Where prepared rows are kept for later runs. */
    public RunSettingsBuilder datasetPreparedPath(Path folder) {
        return set("dataset_prepared_path", folder);
    }

    /** Whether rows are read while the run goes on; needs {@link #maxSteps}. */
    public RunSettingsBuilder streaming(boolean stream) {
        return set("streaming", stream);
    }

    /** Rows of one forward pass. */
    public RunSettingsBuilder microBatchSize(int rows) {
        return set("micro_batch_size", rows);
    }

    /** Forward and backward passes of one step. */
    public RunSettingsBuilder gradientAccumulationSteps(int passes) {
        return set("gradient_accumulation_steps", passes);
    }

    /** Passes over the data. */
    public RunSettingsBuilder numEpochs(double epochs) {
        return set("num_epochs", epochs);
    }

    /** Ends the run after so many steps. */
    public RunSettingsBuilder maxSteps(int steps) {
        return set("max_steps", steps);
    }

    /** Learning rate after the warm-up. */
    public RunSettingsBuilder learningRate(double rate) {
        return set("learning_rate", rate);
    }

    /** Course of the learning rate after the warm-up. */
    public RunSettingsBuilder lrScheduler(LearningRateSchedule.Kind kind) {
        return set("lr_scheduler", kind);
    }

    /** Steps over which the learning rate rises from 0. */
    public RunSettingsBuilder warmupSteps(int steps) {
        return set("warmup_steps", steps);
    }

    /** Share of all steps over which the learning rate rises from 0. */
    public RunSettingsBuilder warmupRatio(double share) {
        return set("warmup_ratio", share);
    }

    /** The optimizer, by the name that a configuration has for it, such as {@code adamw_torch}. */
    public RunSettingsBuilder optimizer(String name) {
        return set("optimizer", name);
    }

    /** Share of the learning rate by which weights shrink in each step. */
    public RunSettingsBuilder weightDecay(double share) {
        return set("weight_decay", share);
    }

    /** Gradients are scaled down to this norm; 0 leaves them as they are. */
    public RunSettingsBuilder maxGradNorm(double norm) {
        return set("max_grad_norm", norm);
    }

    /** Decides every random choice of the run. */
    public RunSettingsBuilder seed(long seed) {
        return set("seed", seed);
    }

    /** Folder of the results. */
    public RunSettingsBuilder outputDir(Path folder) {
        return set("output_dir", folder);
    }

    /** Whether what another run left there may be replaced. */
    public RunSettingsBuilder overwriteOutputDir(boolean replace) {
        return set("overwrite_output_dir", replace);
    }

    /** Steps between two {@link dev.newt.train.TrainingEvent.Logged}. */
    public RunSettingsBuilder loggingSteps(int steps) {
        return set("logging_steps", steps);
    }

    /** Steps between two evaluations. */
    public RunSettingsBuilder evalSteps(int steps) {
        return set("eval_steps", steps);
    }

    /** Held-out rows that are answered before and after training. */
    public RunSettingsBuilder evalTableSize(int rows) {
        return set("eval_table_size", rows);
    }

    /** Steps between two checkpoints. */
    public RunSettingsBuilder saveSteps(int steps) {
        return set("save_steps", steps);
    }

    /** Newest checkpoints that are kept. */
    public RunSettingsBuilder saveTotalLimit(int checkpoints) {
        return set("save_total_limit", checkpoints);
    }

    /** The checkpoint to go on from. */
    public RunSettingsBuilder resumeFromCheckpoint(Path folder) {
        return set("resume_from_checkpoint", folder);
    }

    /** Whether the run goes on from the newest checkpoint in the output folder. */
    public RunSettingsBuilder autoResumeFromCheckpoints(boolean resume) {
        return set("auto_resume_from_checkpoints", resume);
    }

    /** Evaluations in a row without a lower loss, after which the run ends. */
    public RunSettingsBuilder earlyStoppingPatience(int evaluations) {
        return set("early_stopping_patience", evaluations);
    }

    /**
     * The settings, typed.
     *
     * @throws UserException with all that is missing or wrong, one a line
     */
    public RunSettings build() {
        return SettingsReader.read(load());
    }

    /**
     * The settings as a configuration, with its warnings.
     *
     * @throws UserException with all that is missing or wrong, one a line
     */
    public LoadedConfig load() {
        return ConfigFile.parse(NAME, text(), List.of(), Planner::modelProblems);
    }

    /** The settings as YAML, a key a line in the order in which they were set. */
    public String text() {
        return values.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + written(entry.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static List<Object> values(DatasetEntry... entries) {
        return Arrays.stream(entries).map(entry -> (Object) entry.values()).toList();
    }

    /** YAML's flow style, which quoted text shares with JSON. */
    private static String written(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> written(entry.getKey().toString()) + ": " + written(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        } else if (value instanceof List<?> items) {
            return items.stream().map(RunSettingsBuilder::written).collect(Collectors.joining(", ", "[", "]"));
        } else if (value instanceof Double number && Double.isFinite(number)) {
            return new BigDecimal(number.toString()).toPlainString();
        } else if (value instanceof Number || value instanceof Boolean) {
            return value.toString();
        } else if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
        return JsonMapper.shared().writeValueAsString(value.toString());
    }
}
