package dev.newt.config;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotEmpty;
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
        @Key("datasets") @NotEmpty List<@Valid DatasetConfig> datasets,
        @Key("test_datasets") List<@Valid DatasetConfig> testDatasets,
        @Key(value = "val_set_size", byDefault = "0.0") @PositiveOrZero Double valSetSize,
        @Key("dataset_prepared_path") Optional<String> datasetPreparedPath,
        @Key("chat_template") Optional<String> chatTemplate,
        @Key("chat_template_jinja") Optional<String> chatTemplateJinja,
        @Key("eot_tokens") Optional<List<String>> eotTokens,
        @Key(value = "train_on_inputs", byDefault = "false") Boolean trainOnInputs,
        @Key(value = "sequence_len", byDefault = "512") @Min(2) Integer sequenceLen,
        @Key(value = "min_sample_len", byDefault = "2") @Min(2) Integer minSampleLen,
        @Key(value = "excess_length_strategy", byDefault = "drop") ExcessLength excessLengthStrategy,
        @Key(value = "sample_packing", byDefault = "false") Boolean samplePacking,
        @Key("eval_sample_packing") Optional<Boolean> evalSamplePacking)
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
                    "test_datasets"));
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
                    "chat_template_jinja"));
        }
        if (jinja.isPresent() && name.isPresent() && !byText) {
            findings.add(Finding.error(
                    "chat_template_jinja needs chat_template: jinja; or leave chat_template out",
                    "chat_template",
                    "chat_template_jinja"));
        }
        return findings;
    }
}
