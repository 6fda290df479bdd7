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
 * @param gradientAccumulationSteps forward and backward passes in one step
 * @param numEpochs passes over the data; a part of one is possible
 * @param maxSteps ends the run earlier or later than {@code num_epochs}
 * @param warmupSteps over which the learning rate rises from 0
 * @param warmupRatio the same as a part of all steps
 * @param maxGradNorm gradients are scaled down to this norm; 0 leaves them as they are
 * @param lossWatchdogThreshold a loss that says training has broken down; the run fails after {@code lossWatchdogPatience} such steps in
 *     a row
 */
@CrossChecked
public record TrainingConfig(
        @Key(value = "micro_batch_size", byDefault = "1") @Min(1) Integer microBatchSize,
        @Key(value = "gradient_accumulation_steps", byDefault = "1") @Min(1) Integer gradientAccumulationSteps,
        @Key(value = "num_epochs", byDefault = "1.0") @Positive Double numEpochs,
        @Key("max_steps") Optional<@Min(1) Integer> maxSteps,
        @Key(value = "optimizer", byDefault = "adamw_torch_fused") OptimizerName optimizer,
        @Key("learning_rate") @Positive Double learningRate,
        @Key(value = "lr_scheduler", byDefault = "cosine") SchedulerName lrScheduler,
        @Key("warmup_steps") Optional<@Min(0) Integer> warmupSteps,
        @Key("warmup_ratio") Optional<@DecimalMin("0") @DecimalMax(value = "1", inclusive = false) Double> warmupRatio,
        @Key(value = "weight_decay", byDefault = "0.0") @PositiveOrZero Double weightDecay,
        @Key(value = "adam_beta1", byDefault = "0.9") @DecimalMin("0") @DecimalMax(value = "1", inclusive = false)
                Double adamBeta1,
        @Key(value = "adam_beta2", byDefault = "0.999") @DecimalMin("0") @DecimalMax(value = "1", inclusive = false)
                Double adamBeta2,
        @Key(value = "adam_epsilon", byDefault = "1e-8") @Positive Double adamEpsilon,
        @Key(value = "max_grad_norm", byDefault = "1.0") @PositiveOrZero Double maxGradNorm,
        @Key(value = "gradient_checkpointing", byDefault = "false") Boolean gradientCheckpointing,
        @Key("loss_watchdog_threshold") Optional<@Positive Double> lossWatchdogThreshold,
        @Key(value = "loss_watchdog_patience", byDefault = "3") @Min(1) Integer lossWatchdogPatience,
        @Key(value = "seed", byDefault = "42") Long seed)
        implements CrossChecked.Rules {
    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        if (warmupSteps.isPresent() && warmupRatio.isPresent()) {
            findings.add(Finding.error(
                    "warmup_steps and warmup_ratio exclude each other; keep one", "warmup_steps", "warmup_ratio"));
        }
        return findings;
    }
}
