package dev.newt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.newt.config.ConfigFile;
import dev.newt.objective.Dpo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a plan says of {@code rl: dpo}. */
class PreferencePlanTest {
    private static final Path MODEL = Path.of("examples/models/newt-tiny").toAbsolutePath();
    private static final Path ROWS =
            Path.of("examples/data/preferences-sample.jsonl").toAbsolutePath();

    @TempDir
    Path folder;

    private boolean bf16;

    private ExecutionPlan plan(String... lines) throws IOException {
        Path file = Files.writeString(
                folder.resolve("c.yaml"),
                "base_model: " + MODEL + "\nlearning_rate: 1e-4\nsequence_len: 128\nmicro_batch_size: 2\n"
                        + "gradient_accumulation_steps: 4\ndatasets:\n  - {path: " + ROWS
                        + ", type: chat_template.default}\n"
                        + String.join("\n", lines) + "\n");
        return Planner.plan(ConfigFile.load(file, List.of("bf16=" + bf16)));
    }

    private static final String LORA = "adapter: lora\nlora_r: 8\nlora_alpha: 16\nlora_target_linear: true";

    @Test
    void betaAndObjectiveArePartOfTheRunsIdentity() throws IOException {
        ExecutionPlan usual = plan(LORA, "rl: dpo");

        assertThat(usual.settings().objective()).contains(new Dpo(0.1));
        assertThat(plan(LORA, "rl: dpo", "rl_beta: 0.1").hash()).isEqualTo(usual.hash());
        assertThat(plan(LORA, "rl: dpo", "rl_beta: 0.2").hash()).isNotEqualTo(usual.hash());
        assertThat(plan(LORA, "chat_template: tokenizer_default").hash()).isNotEqualTo(usual.hash());
    }

    @Test
    void countsPairsAndTheirTokens() throws IOException {
        ExecutionPlan plan = plan(LORA, "rl: dpo");

        assertThat(plan.batch().tokensPerStep()).isEqualTo(2 * 4 * 2 * 128);
        assertThat(plan.steps().trainRows()).contains(160L);
        assertThat(plan.steps().total()).contains(20L);
        assertThat(plan.settings().batches().sequenceLen()).isEqualTo(256);
        assertThat(PlanTable.of(plan))
                .contains("objective   DPO, beta 0.1, compared with the base model without its adapter\n")
                .contains("batch       2 pairs x 4 of two answers of up to 128 tokens; 2,048 tokens a step\n");
    }

    /** The copy of all weights, in 32 bits as they are computed with; the file holds 16. */
    @Test
    void aFrozenCopyIsPriced() throws IOException {
        ExecutionPlan plan = plan("rl: dpo");
        long parameters = plan.model().parameters();

        assertThat(plan.memory().reference()).isEqualTo(4 * parameters);
        assertThat(plan.memory().total())
                .isGreaterThan(plan.memory().weights() + plan.memory().reference());
        assertThat(PlanTable.of(plan)).contains(", reference 10.", "compared with a frozen copy of the base model");
        assertThat(plan(LORA, "rl: dpo").memory().reference()).isZero();
        assertThat(plan("chat_template: tokenizer_default").memory().reference())
                .isZero();
    }

    /** Where the file holds what is computed with, the copy is the mapped file, and its pages are not counted twice. */
    @Test
    void aMappedCopyIsCountedOnce() throws IOException {
        bf16 = true;
        ExecutionPlan plan = plan("rl: dpo");

        assertThat(plan.memory().reference()).isEqualTo(2 * plan.model().parameters());
        assertThat(plan.memory().files()).isZero();
        assertThat(plan("chat_template: tokenizer_default").memory().files()).isPositive();
    }

    @Test
    void theReferencesForwardPassIsWork() throws IOException {
        ExecutionPlan.Work work = plan(LORA, "rl: dpo").work();
        ExecutionPlan.Work supervised =
                plan(LORA, "chat_template: tokenizer_default").work();

        assertThat(supervised.reference()).isZero();
        // Without the adapter's own products.
        assertThat(work.reference()).isBetween(0.8 * work.forward(), work.forward());
        assertThat(work.step())
                .isEqualTo(work.forward() + work.reference() + work.backward() + work.recomputed(), within(1.0));
        assertThat(work.forward()).isEqualTo(2 * supervised.forward(), within(1.0));
    }
}
