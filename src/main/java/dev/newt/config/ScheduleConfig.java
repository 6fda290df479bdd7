package dev.newt.config;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Positive;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What happens beside training, and when: lines of the log, evaluations, checkpoints.
 *
 * @param evalSteps steps between evaluations; below 1, a part of all steps
 * @param saveSteps steps between checkpoints; below 1, a part of all steps
 * @param saveTotalLimit newest checkpoints that are kept
 * @param resumeFromCheckpoint folder of the checkpoint to go on from
 * @param autoResumeFromCheckpoints go on from the newest checkpoint in {@code output_dir}, if there is one
 * @param earlyStoppingPatience evaluations in a row without a lower loss, after which the run ends
 */
@CrossChecked
public record ScheduleConfig(
        @Key(
                        value = "output_dir",
                        byDefault = "./model-out",
                        description = "Folder for the result, the checkpoints, the metrics and the report.",
                        example = "./outputs/my-run")
                @NotBlank
                String outputDir,
        @Key(
                        value = "overwrite_output_dir",
                        byDefault = "false",
                        description =
                                "Lets a run replace what another configuration, or someone else, left in output_dir; else it is refused.")
                Boolean overwriteOutputDir,
        @Key(
                        value = "logging_steps",
                        description = "Steps between lines of the log; unset, by the length of the run.",
                        example = "10")
                Optional<@Min(1) Integer> loggingSteps,
        @Key(value = "evals_per_epoch", description = "Evaluations in an epoch; 0 for none.", example = "4")
                Optional<@Min(0) Integer> evalsPerEpoch,
        @Key(
                        value = "eval_steps",
                        description = "Steps between evaluations; below 1, a part of all steps.",
                        example = "100")
                Optional<@Positive Double> evalSteps,
        @Key(
                        value = "eval_strategy",
                        description =
                                "When to evaluate; unset, as evals_per_epoch and eval_steps say, or after every epoch.",
                        example = "epoch")
                Optional<When> evalStrategy,
        @Key(
                        value = "eval_batch_size",
                        description = "Rows of one forward pass in evaluation; unset, as micro_batch_size.",
                        example = "4")
                Optional<@Min(1) Integer> evalBatchSize,
        @Key(
                        value = "eval_table_size",
                        byDefault = "0",
                        description =
                                "Held-out rows that are answered before and after training and scored by exact match.",
                        example = "20")
                @Min(0)
                Integer evalTableSize,
        @Key(value = "eval_max_new_tokens", byDefault = "128", description = "Most tokens of such an answer.") @Min(1)
                Integer evalMaxNewTokens,
        @Key(value = "saves_per_epoch", description = "Checkpoints in an epoch; 0 for none.", example = "1")
                Optional<@Min(0) Integer> savesPerEpoch,
        @Key(
                        value = "save_steps",
                        description = "Steps between checkpoints; below 1, a part of all steps.",
                        example = "500")
                Optional<@Positive Double> saveSteps,
        @Key(
                        value = "save_strategy",
                        description =
                                "When to write checkpoints; unset, as saves_per_epoch and save_steps say, or after every epoch.",
                        example = "epoch")
                Optional<When> saveStrategy,
        @Key(value = "save_total_limit", description = "Newest checkpoints that are kept; unset, all.", example = "2")
                Optional<@Min(1) Integer> saveTotalLimit,
        @Key(
                        value = "resume_from_checkpoint",
                        description = "Folder of the checkpoint to go on from.",
                        example = "./outputs/my-run/checkpoint-500")
                Optional<@Size(min = 1) String> resumeFromCheckpoint,
        @Key(
                        value = "auto_resume_from_checkpoints",
                        byDefault = "false",
                        description = "Goes on from the newest checkpoint in output_dir, if there is one.")
                Boolean autoResumeFromCheckpoints,
        @Key(
                        value = "early_stopping_patience",
                        description = "Ends the run after so many evaluations in a row without a lower loss.",
                        example = "3")
                Optional<@Min(1) Integer> earlyStoppingPatience)
        implements CrossChecked.Rules {
    /** Whether evaluations are not turned off. */
    boolean mayEvaluate() {
        return evalsPerEpoch.filter(count -> count == 0).isEmpty()
                && evalStrategy.filter(when -> when == When.NEVER).isEmpty();
    }

    @Override
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        timing(findings, "eval", "evals_per_epoch", evalsPerEpoch, evalSteps, evalStrategy);
        timing(findings, "save", "saves_per_epoch", savesPerEpoch, saveSteps, saveStrategy);
        if (resumeFromCheckpoint.isPresent() && autoResumeFromCheckpoints) {
            findings.add(Finding.error(
                            "resume_from_checkpoint and auto_resume_from_checkpoints exclude each other; keep one",
                            "resume_from_checkpoint",
                            "auto_resume_from_checkpoints")
                    .because("each of them says alone where the run begins"));
        }
        return findings;
    }

    private static void timing(
            List<Finding> findings,
            String what,
            String perEpochKey,
            Optional<Integer> perEpoch,
            Optional<Double> steps,
            Optional<When> strategy) {
        String stepsKey = what + "_steps";
        String strategyKey = what + "_strategy";
        if (perEpoch.isPresent() && steps.isPresent()) {
            findings.add(Finding.error(
                            perEpochKey + " and " + stepsKey + " exclude each other; keep one", perEpochKey, stepsKey)
                    .because("both say how often the same thing happens"));
        }
        if (steps.filter(number -> number >= 1 && number != Math.rint(number)).isPresent()) {
            findings.add(
                    Finding.error(stepsKey + " is a whole number of steps, or below 1 a part of all steps", stepsKey));
        }
        boolean timed = perEpoch.isPresent() || steps.isPresent();
        if (timed && strategy.filter(when -> when != When.STEPS).isPresent()) {
            String other = perEpoch.isPresent() ? perEpochKey : stepsKey;
            findings.add(Finding.error(
                            strategyKey + ": " + strategy.get().text() + " contradicts " + other + "; keep one",
                            strategyKey,
                            other)
                    .because("both say when the same thing happens"));
        }
        if (!timed && strategy.filter(when -> when == When.STEPS).isPresent()) {
            findings.add(Finding.error(
                            strategyKey + ": steps needs " + stepsKey + " or " + perEpochKey,
                            strategyKey,
                            stepsKey,
                            perEpochKey)
                    .because("the number of steps between two of them has no default"));
        }
    }
}
