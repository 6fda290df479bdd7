package dev.newt.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.bench.MemoryCase.Shape;
import dev.newt.config.ConfigFile;
import dev.newt.config.LoadedConfig;
import dev.newt.data.Progress;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Planner;
import dev.newt.run.TrainingRun;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The parts of an estimate that the engine counts itself, against a run of now: they depend on no machine. */
class TensorMemoryTest {
    private static final Shape SHAPE = new Shape("llama", 128, 352, 4, 4, 2, 2048, false);
    private static final Shape EXPERTS = new Shape("mixtral", 128, 192, 4, 4, 2, 2048, false);
    private static final String LORA = "adapter: lora\nlora_r: 8\nlora_alpha: 16\nlora_target_linear: true";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bf16: false",
                "bf16: true\ngradient_checkpointing: true",
                LORA + "\nbf16: true\nsample_packing: true",
                LORA + "\nbf16: false\ngradient_checkpointing: true",
                LORA + "\nbf16: false\ngradient_accumulation_steps: 2",
                "adapter: qlora\nload_in_4bit: true\nlora_r: 8\nlora_alpha: 16\nlora_target_linear: true\nbf16: false"
            })
    void tensorsTakeWhatThePlanSays(String keys) throws IOException {
        tensorsTakeWhatThePlanSays(SHAPE, keys);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bf16: false",
                "bf16: true\ngradient_checkpointing: true",
                LORA + "\nbf16: false",
                LORA + "\nbf16: true\nsample_packing: true\ngradient_checkpointing: true",
                "adapter: qlora\nload_in_4bit: true\nlora_r: 8\nlora_alpha: 16\nlora_target_linear: true\nbf16: false"
            })
    void expertsToo(String keys) throws IOException {
        tensorsTakeWhatThePlanSays(EXPERTS, keys);
    }

    private void tensorsTakeWhatThePlanSays(Shape shape, String keys) throws IOException {
        Path text = Files.writeString(folder.resolve("text.jsonl"), text());
        Path config = MemoryCase.of("live", shape, "sequence_len: 256\nmicro_batch_size: 4", keys)
                .write(folder, Path.of("examples/models/newt-tiny"), text);
        LoadedConfig loaded = ConfigFile.load(
                config, List.of("output_dir=" + folder.resolve("out"), "dataset_prepared_path=" + folder.resolve("p")));
        ExecutionPlan plan = Planner.plan(loaded);
        List<Long> peaks = new ArrayList<>();
        try (TrainingRun run = TrainingRun.prepare(plan, Progress.NONE)) {
            run.load();
            run.train(new StopRequest(), List.of(event -> {
                if (event instanceof TrainingEvent.StepDone done) {
                    peaks.add(done.peakBytes());
                }
            }));
        }

        ExecutionPlan.Memory memory = plan.memory();
        // Frozen weights of the compute type lie in the mapped file, which is not the engine's.
        boolean mapped =
                plan.method().lora().isPresent() && plan.compute().type().equals("bf16");
        long tensors = (mapped ? 0 : memory.weights())
                + memory.adapters()
                + memory.gradients()
                + memory.optimizer()
                + memory.activations();
        // Of an operation's own memory, the engine counts what one hands to the next.
        assertThat((double) peaks.get(peaks.size() - 1))
                .isBetween(0.85 * tensors, 1.15 * (tensors + memory.workspace() + memory.logits()));
    }

    private static String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 8; i++) {
            text.append("{\"text\": \"")
                    .append("On Sunday morning Bero took the train to Cairo. ".repeat(150))
                    .append("\"}\n");
        }
        return text.toString();
    }
}
