package dev.newt.config;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Training that begins while its rows are still read: they are taken from their files a window at a time, and nothing is kept of them. */
public record StreamingConfig(
        @Key(
                        value = "streaming",
                        byDefault = "false",
                        description =
                                "Trains while the rows are still read, a window of them at a time, instead of preparing all of them first; needs max_steps.")
                Boolean streaming,
        @Key(
                        value = "streaming_multipack_buffer_size",
                        description =
                                "Rows of a window with streaming, within which they are mixed and packed, which ends at 16 million tokens too; unset, 10000.",
                        example = "10000")
                Optional<@Min(1) Integer> bufferSize,
        @Key(
                        value = "pretraining_dataset",
                        description =
                                "Data to train on by streaming, one entry for each source, instead of datasets; an entry without a type is running text.",
                        example = "[{path: texts.jsonl, text_column: text}]")
                List<@Valid DatasetConfig> pretrainingDataset) {
    private static final int BUFFER_SIZE = 10_000;

    /** Rows of a window. */
    public int windowRows() {
        return bufferSize.orElse(BUFFER_SIZE);
    }

    /** Whether rows are read while the run goes on. */
    public boolean isOn() {
        return streaming || !pretrainingDataset.isEmpty();
    }

    /** What the keys of other subjects may not say beside these. */
    List<Finding> findings(DataConfig data, TrainingConfig training) {
        List<Finding> findings = new ArrayList<>();
        if (data.datasets().isEmpty() && pretrainingDataset.isEmpty()) {
            findings.add(Finding.error("datasets needs one entry at least", "datasets"));
        }
        if (!isOn()) {
            bufferSize.ifPresent(rows -> findings.add(Finding.warning(
                    "streaming_multipack_buffer_size has no effect: all rows are prepared before the run; set streaming: true for rows in windows",
                    "streaming_multipack_buffer_size",
                    "streaming")));
            return findings;
        }
        String key = streaming ? "streaming" : "pretraining_dataset";
        if (!data.datasets().isEmpty() && !pretrainingDataset.isEmpty()) {
            findings.add(Finding.error(
                            "pretraining_dataset and datasets exclude each other; keep datasets, with streaming: true",
                            "pretraining_dataset",
                            "datasets")
                    .because("each of them says alone what is trained on"));
        }
        if (training.maxSteps().isEmpty()) {
            findings.add(Finding.error(key + " needs max_steps, such as max_steps: 1000", key, "max_steps")
                    .because("how long a pass over the rows is, is not known before its end"));
        }
        if (data.valSetSize() > 0) {
            findings.add(Finding.error(
                            key
                                    + " sets no rows aside; list rows to evaluate on under test_datasets, and set val_set_size: 0",
                            "val_set_size",
                            key)
                    .because("which rows are set aside is decided when all are known"));
        }
        if (data.datasetExactDeduplication()) {
            findings.add(Finding.error(
                            "dataset_exact_deduplication needs rows that are prepared before the run; leave it or "
                                    + key + " out",
                            "dataset_exact_deduplication",
                            key)
                    .because("to tell equal rows something of every row would have to be kept"));
        }
        if (data.shuffleBeforeMergingDatasets()) {
            findings.add(Finding.error(
                            "shuffle_before_merging_datasets needs rows that are prepared before the run; leave it or "
                                    + key + " out",
                            "shuffle_before_merging_datasets",
                            key)
                    .because("rows are mixed within a window, never a data set as a whole"));
        }
        return findings;
    }

    /** The same where it is in use; otherwise it decides nothing. */
    public Optional<StreamingConfig> inUse() {
        return isOn() ? Optional.of(this) : Optional.empty();
    }
}
