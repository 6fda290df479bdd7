package dev.newt.config;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.PositiveOrZero;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows, and how they become tokens and batches.
 *
 * @param valSetSize rows set aside for evaluation: a part below 1, or a number of rows from 2 up
 * @param datasetPreparedPath folder for tokenised rows that later runs find again
 * @param trainOnInputs learn the prompt's tokens too
 * @param sequenceLen tokens of the longest row
 * @param minSampleLen tokens of the shortest row that is kept
 * @param samplePacking several short rows in one of {@code sequence_len} tokens, which do not see each other
 * @param evalSamplePacking the same in evaluation; unset, as in training
 */
@CrossChecked
public record DataConfig(
        @Key(
                        value = "datasets",
                        description = "Data to train on, one entry for each source.",
                        example = "[{path: rows.jsonl, type: alpaca}]")
                List<@Valid DatasetConfig> datasets,
        @Key(
                        value = "test_datasets",
                        description = "Data to evaluate on, instead of a part of the training data.",
                        example = "[{path: test.jsonl, type: alpaca}]")
                List<@Valid DatasetConfig> testDatasets,
        @Key(
                        value = "val_set_size",
                        byDefault = "0.0",
                        description = "Rows set aside for evaluation: a part below 1, or a number of rows from 2 up.",
                        example = "0.05")
                @PositiveOrZero
                Double valSetSize,
        @Key(
                        value = "dataset_prepared_path",
                        description = "Folder where prepared rows are kept for later runs; unset, last_run_prepared.",
                        example = "last_run_prepared")
                Optional<String> datasetPreparedPath,
        @Key(
                        value = "chat_template",
                        description =
                                "Chat template of the data sets: tokenizer_default for the tokenizer's own, a known name such as chatml, or jinja for the one in chat_template_jinja.",
                        example = "tokenizer_default")
                Optional<String> chatTemplate,
        @Key(
                        value = "chat_template_jinja",
                        description = "Source text of the chat template.",
                        example = "\"{% for m in messages %}{{ m.content }}{% endfor %}\"")
                Optional<String> chatTemplateJinja,
        @Key(
                        value = "eot_tokens",
                        description = "Tokens that end a turn besides the tokenizer's end token.",
                        example = "[\"<|eot_id|>\"]")
                Optional<List<String>> eotTokens,
        @Key(
                        value = "train_on_inputs",
                        byDefault = "false",
                        description = "Learns the prompts too, not the answers alone.")
                Boolean trainOnInputs,
        @Key(
                        value = "sequence_len",
                        byDefault = "512",
                        description = "Most tokens of a row; longer ones are treated by excess_length_strategy.",
                        example = "2048")
                @Min(2)
                Integer sequenceLen,
        @Key(
                        value = "min_sample_len",
                        byDefault = "2",
                        description = "Fewest tokens of a row; shorter ones are left out.")
                @Min(2)
                Integer minSampleLen,
        @Key(
                        value = "excess_length_strategy",
                        byDefault = "drop",
                        description =
                                "What happens to a row of more than sequence_len tokens: it is dropped, cut, or ends the run.",
                        example = "truncate")
                ExcessLength excessLengthStrategy,
        @Key(
                        value = "sample_packing",
                        byDefault = "false",
                        description =
                                "Puts several rows into one sequence of sequence_len tokens, where they do not see each other.")
                Boolean samplePacking,
        @Key(value = "eval_sample_packing", description = "The same for evaluation; unset, as sample_packing says.")
                Optional<Boolean> evalSamplePacking,
        @Key(
                        value = "sample_packing_bin_size",
                        byDefault = "200",
                        description = "Most rows that are packed into one sequence.")
                @Min(1)
                Integer samplePackingBinSize,
        @Key(
                        value = "sample_packing_sequentially",
                        byDefault = "false",
                        description = "Packs rows in the order of the data instead of by what fits best.")
                Boolean samplePackingSequentially,
        @Key(
                        value = "shuffle_merged_datasets",
                        byDefault = "true",
                        description =
                                "Mixes the rows of all data sets; false is of use with curriculum_sampling, since each epoch is shuffled otherwise.")
                Boolean shuffleMergedDatasets,
        @Key(
                        value = "curriculum_sampling",
                        byDefault = "false",
                        description =
                                "Trains on the rows in the order of the data; needs shuffle_merged_datasets: false.")
                Boolean curriculumSampling,
        @Key(
                        value = "shuffle_before_merging_datasets",
                        byDefault = "false",
                        description =
                                "Shuffles each data set by itself before they are joined; of use with curriculum_sampling, since each epoch is shuffled otherwise.")
                Boolean shuffleBeforeMergingDatasets,
        @Key(
                        value = "mix_strategy",
                        byDefault = "concat",
                        description =
                                "How several data sets are joined, as in LLaMA-Factory: concat, one behind the other; interleave_under, mixed until one is used up; interleave_over, mixed until all are, with rows of the smaller ones repeated.",
                        example = "interleave_under")
                MixStrategy mixStrategy,
        @Key(
                        value = "interleave_probs",
                        description =
                                "How often each entry of datasets is drawn from, in the same order, for mix_strategy interleave_under and interleave_over; unset, in turn.",
                        example = "[0.7, 0.3]")
                Optional<List<Double>> interleaveProbs,
        @Key(
                        value = "dataset_exact_deduplication",
                        byDefault = "false",
                        description =
                                "Keeps the first of equal rows, and leaves out of test_datasets those that are trained on.")
                Boolean datasetExactDeduplication,
        @Key(
                        value = "dataset_shard_num",
                        description =
                                "Number of parts of which one is trained on, each with an equal share of every data set that has no shards of its own.",
                        example = "10")
                Optional<@Min(1) Integer> datasetShardNum,
        @Key(
                        value = "dataset_shard_idx",
                        description = "Which of those parts, from 0; unset, the first.",
                        example = "0")
                Optional<@PositiveOrZero Integer> datasetShardIdx,
        @Key(
                        value = "data_checks",
                        byDefault = "error",
                        description =
                                "Whether rows that train nothing, answers without a trained end token, a lost system text or a set with under 1% trained tokens end the run or are told as warnings.",
                        example = "warn")
                DataChecking dataChecks)
        implements CrossChecked.Rules {
    /** Whether anything is there to evaluate on. */
    public boolean evaluates() {
        return valSetSize > 0 || !testDatasets.isEmpty();
    }

    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(templateFindings(chatTemplate, chatTemplateJinja));
        if (valSetSize > 0 && !testDatasets.isEmpty()) {
            findings.add(Finding.error(
                            "val_set_size and test_datasets exclude each other; with test_datasets set val_set_size: 0",
                            "val_set_size",
                            "test_datasets")
                    .because("each of them says alone what the run is evaluated on"));
        }
        if (curriculumSampling && shuffleMergedDatasets) {
            findings.add(Finding.error(
                            "curriculum_sampling keeps the order of the data, so it needs shuffle_merged_datasets: false",
                            "curriculum_sampling",
                            "shuffle_merged_datasets")
                    .because("rows that were mixed have lost their order"));
        }
        DatasetConfig.shardFinding("dataset_shard_num", datasetShardNum, "dataset_shard_idx", datasetShardIdx)
                .ifPresent(findings::add);
        if (interleaveProbs.isPresent() && mixStrategy == MixStrategy.CONCAT) {
            findings.add(Finding.error(
                    "interleave_probs needs mix_strategy: interleave_under or interleave_over",
                    "interleave_probs",
                    "mix_strategy"));
        }
        if (valSetSize >= 1 && (valSetSize == 1 || valSetSize != Math.rint(valSetSize))) {
            findings.add(Finding.error(
                    "val_set_size is a part of the rows below 1, such as 0.05, or a number of rows from 2 up",
                    "val_set_size"));
        }
        return findings;
    }

    /** The rules of the two keys that choose a chat template, which stand on the top level and in each data set. */
    static List<Finding> templateFindings(Optional<String> name, Optional<String> jinja) {
        List<Finding> findings = new ArrayList<>();
        boolean byText = name.filter("jinja"::equals).isPresent();
        if (byText && jinja.isEmpty()) {
            findings.add(Finding.error(
                            "chat_template: jinja needs the template itself in chat_template_jinja",
                            "chat_template",
                            "chat_template_jinja")
                    .because("the name jinja stands for a template that the configuration brings"));
        }
        if (jinja.isPresent() && name.isPresent() && !byText) {
            findings.add(Finding.error(
                            "chat_template_jinja needs chat_template: jinja; or leave chat_template out",
                            "chat_template",
                            "chat_template_jinja")
                    .because("a known name brings a template of its own, and only one can be used"));
        }
        return findings;
    }
}
