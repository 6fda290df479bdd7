package dev.newt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class FitTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void writeConfiguration() throws IOException {
        file = Files.writeString(
                folder.resolve("c.yaml"),
                """
                base_model: meta-llama/Llama-3.1-8B
                adapter: lora
                lora_r: 32
                lora_alpha: 32
                lora_target_linear: true
                datasets:
                  - path: %s
                    type: alpaca
                sequence_len: 2048
                sample_packing: true
                micro_batch_size: 2
                learning_rate: 2e-4
                """
                        .formatted(Path.of("examples/data/alpaca-sample.jsonl").toAbsolutePath()));
    }

    private LoadedConfig load(String... overrides) {
        return ConfigFile.load(file, List.of(overrides));
    }

    private static Fit fit(LoadedConfig loaded, String device) {
        return Fit.of(loaded, Planner.plan(loaded, Device.named(device)));
    }

    @Test
    void fitsWhereAMarginIsLeft() {
        Fit fit = fit(load("gradient_checkpointing=true"), "h100-80gb");

        assertThat(fit.verdict()).isEqualTo(Fit.Verdict.FITS);
        assertThat(fit.changes()).isEmpty();
        assertThat(fit.memoryBytes()).isEqualTo(81_559L << 20);
        long memory = fit.memoryBytes();
        assertThat(Fit.verdict((long) (0.84 * memory), memory)).isEqualTo(Fit.Verdict.FITS);
        assertThat(Fit.verdict((long) (0.86 * memory), memory)).isEqualTo(Fit.Verdict.TIGHT);
        assertThat(Fit.verdict(memory + 1, memory)).isEqualTo(Fit.Verdict.DOES_NOT_FIT);
    }

    @Test
    void namesThreeChangesEachOfWhichIsPlannedAnew() {
        LoadedConfig loaded = load();

        Fit fit = fit(loaded, "rtx4090-24gb");

        assertThat(fit.verdict()).isEqualTo(Fit.Verdict.DOES_NOT_FIT);
        assertThat(fit.changes()).hasSize(3).allSatisfy(change -> {
            List<String> overrides = new ArrayList<>(loaded.overrides());
            overrides.addAll(change.overrides());
            ExecutionPlan plan = Planner.plan(ConfigFile.load(file, overrides), Device.named("rtx4090-24gb"));
            assertThat(plan.memory().total()).isEqualTo(change.peakBytes());
            assertThat(Fit.verdict(change.peakBytes(), fit.memoryBytes())).isEqualTo(Fit.Verdict.FITS);
            // A step keeps its rows.
            assertThat(plan.batch().rowsPerStep()).isEqualTo(2);
            assertThat(change.price()).isNotBlank();
        });
        assertThat(fit.changes().get(0).overrides()).containsExactly("gradient_checkpointing=true");
        assertThat(fit.changes()).extracting(Fit.Change::overrides).doesNotHaveDuplicates();
    }

    @Test
    void keepsTheConfigurationsOwnOverrides() {
        Fit fit = fit(load("lora_r=64", "gradient_checkpointing=true"), "l4-24gb");

        assertThat(fit.changes()).isNotEmpty().allSatisfy(change -> assertThat(Planner.plan(
                                ConfigFile.load(
                                        file, concat(List.of("lora_r=64", "gradient_checkpointing=true"), change)),
                                Device.named("l4-24gb"))
                        .memory()
                        .total())
                .isEqualTo(change.peakBytes()));
    }

    private static List<String> concat(List<String> overrides, Fit.Change change) {
        List<String> all = new ArrayList<>(overrides);
        all.addAll(change.overrides());
        return all;
    }

    @Test
    void combinesChangesWhereOneIsNotEnough() {
        Fit fit = fit(load("bf16=true"), "t4-16gb");

        // The weights alone are 15 GiB.
        assertThat(fit.changes()).isNotEmpty().allSatisfy(change -> assertThat(change.overrides())
                .contains("adapter=qlora", "load_in_4bit=true")
                .hasSizeGreaterThan(2));
    }

    @Test
    void offersAnAdapterInPlaceOfFullTraining() {
        Fit fit = fit(load("adapter=null", "lora_r=null", "lora_alpha=null", "lora_target_linear=null"), "l4-24gb");

        assertThat(fit.verdict()).isEqualTo(Fit.Verdict.DOES_NOT_FIT);
        assertThat(fit.changes()).isNotEmpty().allSatisfy(change -> assertThat(change.overrides())
                .contains("lora_r=16"));
    }

    @Test
    void saysSoWhereNothingIsEnough() {
        LoadedConfig loaded = load("base_model=meta-llama/Llama-3.1-70B");

        Fit fit = fit(loaded, "t4-16gb");

        assertThat(fit.changes()).isEmpty();
        assertThat(fit.least()).isBetween(fit.memoryBytes(), fit.peakBytes());
        assertThat(PlanTable.of(Planner.plan(loaded, Device.named("t4-16gb")), fit))
                .contains("verdict     does not fit: about ")
                .contains("no set of changes is sure to make it fit; all of them together need ");
    }

    @Test
    void estimatesTimeWhereTheDevicesSpeedIsKnown() {
        LoadedConfig loaded = load();
        ExecutionPlan plan = Planner.plan(loaded, Device.named("a100-80gb"));

        assertThat(Fit.of(loaded, plan).secondsPerStep().orElseThrow())
                .isEqualTo(plan.work().step() / (0.4 * 312e12), within(1e-9));
        assertThat(fit(loaded, "cpu-64gb").secondsPerStep()).isEmpty();
    }

    @Test
    void choosesNumberFormatsByTheDevice() {
        assertThat(Planner.plan(load(), Device.named("h100-80gb")).compute().type())
                .isEqualTo("bf16");
        assertThat(Planner.plan(load(), Device.named("t4-16gb")).compute().type())
                .isEqualTo("fp32");
        assertThat(Planner.plan(load(), Device.named("t4-16gb")).compute().reason())
                .isEqualTo("bf16: auto, and t4-16gb does not multiply bfloat16");
    }

    @Test
    void knowsProcessorsWithAnyMemory() {
        assertThat(Device.named("cpu-24gb").memoryBytes()).isEqualTo(24L << 30);
        assertThat(Device.here().memoryBytes()).isGreaterThan(1L << 30);
        assertThat(Device.here().processor()).isTrue();
    }

    @Test
    void listsTheDevicesWhereOneIsNotKnown() {
        assertThatThrownBy(() -> Device.named("h100-88gb"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("--on h100-88gb is not a device that is known here. Did you mean h100-80gb? ")
                .hasMessageContaining("t4-16gb, l4-24gb, a10-24gb, rtx3090-24gb")
                .hasMessageContaining("cpu-NNgb for any number");
    }

    @Test
    void standsInTheJson() {
        LoadedConfig loaded = load();
        ExecutionPlan plan = Planner.plan(loaded, Device.named("rtx4090-24gb"));

        JsonNode json = JsonMapper.shared().readTree(PlanJson.write(plan, Fit.of(loaded, plan)));

        assertThat(json.at("/device/name").asString()).isEqualTo("rtx4090-24gb");
        assertThat(json.at("/fit/verdict").asString()).isEqualTo("DOES_NOT_FIT");
        assertThat(json.at("/fit/changes").size()).isEqualTo(3);
        assertThat(json.at("/fit/changes/0/overrides/0").asString()).isEqualTo("gradient_checkpointing=true");
        assertThat(json.at("/fit/seconds_per_step").asDouble()).isPositive();
        assertThat(json.at("/memory/activations_of_blocks/checkpointed").asLong())
                .isPositive();
    }
}
