package dev.newt.config;

import jakarta.validation.Valid;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A configuration as it was written, with defaults: Axolotl's keys, one record for each subject. All keys lie on the file's top level. What
 * is {@code auto} or depends on the model and the data is resolved by the plan.
 */
@CrossChecked
public record NewtConfig(
        @Valid ModelConfig model,
        @Valid AdapterConfig adapter,
        @Valid DataConfig data,
        @Valid PreferenceConfig preference,
        @Valid StreamingConfig streaming,
        @Valid TrainingConfig training,
        @Valid ScheduleConfig schedule,
        @Valid TrackingConfig tracking)
        implements CrossChecked.Rules {
    /** What is trained on. */
    public List<DatasetConfig> trainingDatasets() {
        return data.datasets().isEmpty() ? streaming.pretrainingDataset() : data.datasets();
    }

    /** The key under which {@link #trainingDatasets} stand in the file. */
    public String trainingDatasetsKey() {
        return trainsOnText() ? "pretraining_dataset" : "datasets";
    }

    /** Whether an entry of {@link #trainingDatasets} without a type is running text; otherwise it is tokens already. */
    public boolean trainsOnText() {
        return data.datasets().isEmpty() && !streaming.pretrainingDataset().isEmpty();
    }

    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>(streaming.findings(data, training));
        findings.addAll(preference.findings(this));
        interleaveFinding().ifPresent(findings::add);
        boolean qlora = adapter.kind().filter(kind -> kind == AdapterKind.QLORA).isPresent();
        if (qlora && !model.loadIn4bit()) {
            findings.add(Finding.error(
                            "adapter: qlora needs load_in_4bit: true; for weights that are not quantised write adapter: lora",
                            "adapter",
                            "load_in_4bit")
                    .because("QLoRA is LoRA beside weights that are kept in 4 bits"));
        }
        if (model.loadIn4bit() && adapter.kind().isEmpty()) {
            findings.add(Finding.error(
                            "load_in_4bit needs an adapter, since weights of 4 bits cannot be trained; write adapter: qlora",
                            "load_in_4bit",
                            "adapter")
                    .because("a step is far smaller than the distance between two values of 4 bits"));
        }
        if (model.loadIn8bit() && adapter.kind().isEmpty()) {
            findings.add(Finding.error(
                            "load_in_8bit needs an adapter, since weights of 8 bits cannot be trained; leave it out",
                            "load_in_8bit",
                            "adapter")
                    .because("a step is far smaller than the distance between two values of 8 bits"));
        }
        if (model.loadIn4bit() && model.reinitWeights()) {
            findings.add(Finding.error(
                            "reinit_weights draws weights that are to be trained; leave load_in_4bit out",
                            "reinit_weights",
                            "load_in_4bit")
                    .because("frozen weights that mean nothing cannot be of use to an adapter"));
        }
        if (schedule.earlyStoppingPatience().isPresent() && (!data.evaluates() || !schedule.mayEvaluate())) {
            findings.add(Finding.error(
                            "early_stopping_patience counts evaluations without progress, and there are none; set val_set_size or test_datasets, "
                                    + "and evals_per_epoch or eval_steps",
                            "early_stopping_patience",
                            "val_set_size",
                            "test_datasets",
                            "evals_per_epoch",
                            "eval_strategy")
                    .because("each evaluation is compared with the best one before it"));
        }
        if (!data.evaluates()) {
            String need = " needs rows to evaluate on; set val_set_size or test_datasets";
            boolean timed = schedule.evalSteps().isPresent()
                    || schedule.evalStrategy()
                            .filter(when -> when != When.NEVER)
                            .isPresent();
            if (timed) {
                String key = schedule.evalSteps().isPresent() ? "eval_steps" : "eval_strategy";
                findings.add(Finding.error(key + need, key, "val_set_size", "test_datasets")
                        .because("what is not there cannot be evaluated"));
            }
            if (schedule.evalsPerEpoch().filter(count -> count > 0).isPresent()) {
                findings.add(Finding.warning(
                        "evals_per_epoch has no effect: no rows are there to evaluate on; set val_set_size or test_datasets",
                        "evals_per_epoch",
                        "val_set_size",
                        "test_datasets"));
            }
        }
        return findings;
    }

    private Optional<Finding> interleaveFinding() {
        int entries = trainingDatasets().size();
        return data.interleaveProbs()
                .filter(probabilities -> data.mixStrategy() != MixStrategy.CONCAT)
                .filter(probabilities -> probabilities.size() != entries
                        || probabilities.stream().anyMatch(p -> !(p > 0) || p.isInfinite()))
                .map(probabilities -> Finding.error(
                        "interleave_probs takes a number above 0 for each entry of " + trainingDatasetsKey() + ", here "
                                + entries + "; only their ratios count",
                        "interleave_probs"));
    }
}
