package dev.newt.config;

import jakarta.validation.constraints.DecimalMax;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.PositiveOrZero;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Steps and how each changes the weights.
 *
 * @param microBatchSize rows in one forward pass
 * @param accumulationSteps forward and backward passes in one step; always set, by {@code batch_size} or 1 if need be
 * @param batchSize present only where it contradicts the other two
 * @param numEpochs passes over the data; a part of one is possible
 * @param maxSteps ends the run earlier or later than {@code num_epochs}
 * @param warmup steps over which the learning rate rises from 0; below 1, a part of all steps
 * @param warmupShare the same as a part of all steps
 * @param maxGradNorm gradients are scaled down to this norm; 0 leaves them as they are
 * @param lossWatchdogThreshold a loss that says training has broken down; the run fails after {@code lossWatchdogPatience} such steps in
 *     a row
 */
@CrossChecked
public record TrainingConfig(
        @Key(
                        value = "micro_batch_size",
                        byDefault = "1",
                        description =
                                "Rows of one forward pass; with sample_packing, sequences of sequence_len tokens.",
                        example = "2")
                @Min(1)
                Integer microBatchSize,
        @Key(
                        value = "gradient_accumulation_steps",
                        description =
                                "Forward and backward passes in one step of the optimizer; unset, 1 or what batch_size asks for.",
                        example = "4")
                Optional<@Min(1) Integer> accumulationSteps,
        @Key(
                        value = "batch_size",
                        description =
                                "Rows of one step, instead of gradient_accumulation_steps: a multiple of micro_batch_size.",
                        example = "32")
                Optional<@Min(1) Integer> batchSize,
        @Key(
                        value = "num_epochs",
                        byDefault = "1.0",
                        description = "Passes over the data; a part of one is possible.",
                        example = "3")
                @Positive
                Double numEpochs,
        @Key(
                        value = "max_steps",
                        description = "Ends the run after so many steps, whatever num_epochs says.",
                        example = "1000")
                Optional<@Min(1) Integer> maxSteps,
        @Key(
                        value = "optimizer",
                        byDefault = "adamw_torch_fused",
                        description = "How gradients change the weights: AdamW, in all its spellings, SGD or Lion.",
                        example = "adamw_torch")
                OptimizerName optimizer,
        @Key(value = "learning_rate", description = "Learning rate after the warm-up.", example = "2e-4") @Positive
                Double learningRate,
        @Key(
                        value = "lr_scheduler",
                        byDefault = "cosine",
                        description = "Course of the learning rate after the warm-up.")
                SchedulerName lrScheduler,
        @Key(
                        value = "cosine_min_lr_ratio",
                        byDefault = "0.0",
                        description = "Where a cosine ends, as a part of the learning rate.",
                        example = "0.1")
                @DecimalMin("0")
                @DecimalMax("1")
                Double cosineMinLrRatio,
        @Key(
                        value = "cosine_constant_lr_ratio",
                        byDefault = "0.0",
                        description =
                                "Part of all steps after which a cosine has ended and the rate stays at cosine_min_lr_ratio.",
                        example = "0.8")
                @DecimalMin("0")
                @DecimalMax("1")
                Double cosineConstantLrRatio,
        @Key(
                        value = "warmup_steps",
                        description =
                                "Steps over which the learning rate rises from 0, or below 1 a part of all steps; unset, 3% and at most 100.",
                        example = "10")
                Optional<@PositiveOrZero Double> warmup,
        @Key(
                        value = "warmup_ratio",
                        description = "Part of all steps over which the learning rate rises from 0.",
                        example = "0.03")
                Optional<@DecimalMin("0") @DecimalMax(value = "1", inclusive = false) Double> warmupShare,
        @Key(
                        value = "weight_decay",
                        byDefault = "0.0",
                        description = "Share of the learning rate by which weights shrink in each step.",
                        example = "0.01")
                @PositiveOrZero
                Double weightDecay,
        @Key(
                        value = "adam_beta1",
                        byDefault = "0.9",
                        description = "Memory of AdamW's mean gradient; of Lion, the share of its momentum in a step.")
                @DecimalMin("0")
                @DecimalMax(value = "1", inclusive = false)
                Double adamBeta1,
        @Key(
                        value = "adam_beta2",
                        byDefault = "0.999",
                        description = "Memory of AdamW's mean squared gradient; of Lion, that of its momentum.")
                @DecimalMin("0")
                @DecimalMax(value = "1", inclusive = false)
                Double adamBeta2,
        @Key(value = "adam_epsilon", byDefault = "1e-8", description = "Keeps AdamW from dividing by 0.") @Positive
                Double adamEpsilon,
        @Key(
                        value = "max_grad_norm",
                        byDefault = "1.0",
                        description = "Scales gradients down to this norm; 0 leaves them as they are.")
                @PositiveOrZero
                Double maxGradNorm,
        @Key(
                        value = "gradient_checkpointing",
                        byDefault = "false",
                        description = "Saves memory by computing each layer again in the backward pass.")
                Checkpointing checkpointing,
        @Key(
                        value = "loss_watchdog_threshold",
                        description =
                                "A loss that says training has broken down; the run fails after several such steps in a row.",
                        example = "5.0")
                Optional<@Positive Double> lossWatchdogThreshold,
        @Key(
                        value = "loss_watchdog_patience",
                        byDefault = "3",
                        description = "Steps in a row above loss_watchdog_threshold that end the run.")
                @Min(1)
                Integer lossWatchdogPatience,
        @Key(value = "seed", byDefault = "42", description = "Decides every random choice of the run.") Long seed)
        implements CrossChecked.Rules {
    private static final double USUAL_BETA1 = 0.9;
    private static final double USUAL_BETA2 = 0.999;
    private static final double USUAL_EPSILON = 1e-8;

    public TrainingConfig {
        int rows = Math.max(1, microBatchSize);
        if (accumulationSteps.isEmpty()) {
            accumulationSteps = Optional.of(Math.max(1, batchSize.orElse(rows) / rows));
        }
        long step = (long) rows * accumulationSteps.get();
        batchSize = batchSize.filter(size -> size != step);
    }

    /** Forward and backward passes in one step. */
    public int gradientAccumulationSteps() {
        return accumulationSteps.orElseThrow();
    }

    /** Steps over which the learning rate rises, where they are given as a number. */
    public Optional<Integer> warmupSteps() {
        return warmup.filter(steps -> steps == 0 || steps >= 1).map(Double::intValue);
    }

    /** Part of all steps over which the learning rate rises, where it is given. */
    public Optional<Double> warmupRatio() {
        return warmupShare.or(() -> warmup.filter(part -> part > 0 && part < 1));
    }

    public boolean gradientCheckpointing() {
        return checkpointing != Checkpointing.OFF;
    }

    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (warmup.isPresent() && warmupShare.isPresent()) {
            findings.add(Finding.error(
                            "warmup_steps and warmup_ratio exclude each other; keep one",
                            "warmup_steps",
                            "warmup_ratio")
                    .because("both say how long the same warm-up lasts"));
        }
        if (warmup.filter(steps -> steps >= 1 && (steps != Math.rint(steps) || steps > Integer.MAX_VALUE))
                .isPresent()) {
            findings.add(Finding.error(
                    "warmup_steps is a whole number of steps, or below 1 a part of all steps", "warmup_steps"));
        }
        batchSize.ifPresent(size -> findings.add(Finding.error(
                        "batch_size is " + size + ", but a step has " + gradientAccumulationSteps()
                                + " times micro_batch_size "
                                + microBatchSize
                                + " rows; write a multiple of micro_batch_size, or gradient_accumulation_steps alone",
                        "batch_size",
                        "gradient_accumulation_steps",
                        "micro_batch_size")
                .because("a step is made of whole micro batches")));
        if ((long) microBatchSize * gradientAccumulationSteps() > Integer.MAX_VALUE) {
            findings.add(Finding.error(
                            "micro_batch_size times gradient_accumulation_steps is more than " + Integer.MAX_VALUE
                                    + "; lower one of them",
                            "gradient_accumulation_steps",
                            "micro_batch_size")
                    .because("so many rows a step cannot be counted"));
        }
        unusedConstants()
                .forEach(key -> findings.add(Finding.error(
                                key + " is not a constant of optimizer: " + optimizer.text() + "; remove it",
                                key,
                                "optimizer")
                        .because("the optimizer's formula has no place for it")));
        if (cosineMinLrRatio > 0 && lrScheduler != SchedulerName.COSINE) {
            findings.add(Finding.error(
                            "cosine_min_lr_ratio says where a cosine ends, but lr_scheduler is " + lrScheduler.text()
                                    + "; remove one of them",
                            "cosine_min_lr_ratio",
                            "lr_scheduler")
                    .because("the other courses end where their own formula says"));
        }
        if (cosineConstantLrRatio > 0 && (lrScheduler != SchedulerName.COSINE || cosineMinLrRatio == 0)) {
            findings.add(Finding.error(
                            "cosine_constant_lr_ratio needs lr_scheduler: cosine and a cosine_min_lr_ratio above 0",
                            "cosine_constant_lr_ratio",
                            "cosine_min_lr_ratio",
                            "lr_scheduler")
                    .because("the rest of the run has the rate at which the cosine ends"));
        }
        return findings;
    }

    /** Constants that were changed although the optimizer does not have them. */
    private List<String> unusedConstants() {
        List<String> unused = new ArrayList<>();
        OptimizerName.Rule rule = optimizer.rule();
        if (rule == OptimizerName.Rule.SGD && adamBeta1 != USUAL_BETA1) {
            unused.add("adam_beta1");
        }
        if (rule == OptimizerName.Rule.SGD && adamBeta2 != USUAL_BETA2) {
            unused.add("adam_beta2");
        }
        if (rule != OptimizerName.Rule.ADAMW && adamEpsilon != USUAL_EPSILON) {
            unused.add("adam_epsilon");
        }
        return unused;
    }
}
