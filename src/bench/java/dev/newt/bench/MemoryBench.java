package dev.newt.bench;

import dev.newt.bench.MemoryCase.Shape;
import dev.newt.cli.Main;
import dev.newt.config.ConfigFile;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Planner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What a plan says of memory against what a run takes: each run is a process of its own, started as a user starts it, and its most
 * resident memory is read from Linux. Options: the folder of a tokenizer, a file of JSON lines with {@code text}, and parts of the names
 * of the cases wanted.
 */
public final class MemoryBench {
    private static final String LORA = "adapter: lora\nlora_r: 16\nlora_alpha: 32\nlora_target_linear: true";
    private static final String QLORA =
            "adapter: qlora\nload_in_4bit: true\nlora_r: 16\nlora_alpha: 32\nlora_target_linear: true";
    private static final String FP32 = "bf16: false";
    private static final String BF16 = "bf16: true";
    private static final String PACKED = "sample_packing: true";
    private static final String CHECKPOINT = "gradient_checkpointing: true";

    private static final List<MemoryCase> CASES = List.of(
            MemoryCase.of("small-full-fp32", Shape.SMALL, FP32, rows(512, 4, 2)),
            MemoryCase.of("small-lora-fp32-packed", Shape.SMALL, LORA, FP32, PACKED, rows(1024, 4, 2)),
            MemoryCase.of("middle-full-fp32-packed", Shape.MIDDLE, FP32, PACKED, rows(512, 2, 1)),
            MemoryCase.of("middle-full-bf16-checkpoint", Shape.MIDDLE, BF16, CHECKPOINT, rows(512, 2, 2)),
            MemoryCase.of("middle-lora-fp32", Shape.MIDDLE, LORA, FP32, rows(512, 4, 1)),
            MemoryCase.of("middle-lora-bf16-packed", Shape.MIDDLE, LORA, BF16, PACKED, rows(2048, 2, 1)),
            MemoryCase.of("middle-qlora-bf16-checkpoint", Shape.MIDDLE, QLORA, BF16, CHECKPOINT, rows(1024, 2, 2)),
            MemoryCase.of("middle-dora-fp32", Shape.MIDDLE, LORA, "peft_use_dora: true", FP32, rows(512, 2, 2)),
            MemoryCase.of("wide-full-fp32", Shape.WIDE, FP32, rows(256, 2, 2)),
            MemoryCase.of("wide-full-bf16-packed", Shape.WIDE, BF16, PACKED, rows(512, 2, 1)),
            MemoryCase.of("wide-lora-bf16-dropout", Shape.WIDE, LORA, "lora_dropout: 0.1", BF16, rows(1024, 2, 1)),
            MemoryCase.of("wide-qlora-fp32-packed", Shape.WIDE, QLORA, FP32, PACKED, rows(1024, 2, 1)),
            MemoryCase.of("wide-qlora-bf16", Shape.WIDE, QLORA, BF16, rows(512, 4, 1)),
            MemoryCase.of("wide-lora-fp32-checkpoint", Shape.WIDE, LORA, FP32, CHECKPOINT, rows(1024, 2, 2)),
            MemoryCase.of("experts-full-fp32-packed", Shape.EXPERTS, FP32, PACKED, rows(512, 2, 1)),
            MemoryCase.of("experts-lora-bf16-packed", Shape.EXPERTS, LORA, BF16, PACKED, rows(1024, 2, 1)),
            MemoryCase.of("experts-qlora-fp32-checkpoint", Shape.EXPERTS, QLORA, FP32, CHECKPOINT, rows(1024, 2, 2)),
            MemoryCase.of("smollm-lora-bf16-packed", Shape.SMOLLM, LORA, BF16, PACKED, rows(1024, 1, 1)),
            MemoryCase.of("smollm-lora-fp32-checkpoint", Shape.SMOLLM, LORA, FP32, CHECKPOINT, rows(512, 2, 1)),
            MemoryCase.of(
                    "smollm-qlora-bf16-packed-checkpoint",
                    Shape.SMOLLM,
                    QLORA,
                    BF16,
                    PACKED,
                    CHECKPOINT,
                    rows(512, 1, 2)),
            MemoryCase.of("smollm-full-fp32", Shape.SMOLLM, FP32, rows(256, 1, 1)));

    private final Path tokenizer;
    private final Path text;

    private MemoryBench(Path tokenizer, Path text) {
        this.tokenizer = tokenizer.toAbsolutePath();
        this.text = text.toAbsolutePath();
    }

    static List<MemoryCase> cases() {
        return CASES;
    }

    private static String rows(int sequenceLen, int microBatch, int accumulation) {
        return "sequence_len: " + sequenceLen + "\nmicro_batch_size: " + microBatch + "\ngradient_accumulation_steps: "
                + accumulation;
    }

    public static void main(String[] arguments) throws Exception {
        MemoryBench bench = new MemoryBench(Path.of(arguments[0]), Path.of(arguments[1]));
        List<String> wanted = List.of(arguments).subList(2, arguments.length);
        System.out.println("| run | estimated MiB | measured MiB | ratio |\n|---|---:|---:|---:|");
        for (MemoryCase memoryCase : CASES) {
            if (wanted.isEmpty() || wanted.stream().anyMatch(memoryCase.name()::contains)) {
                bench.run(memoryCase);
            }
        }
    }

    private void run(MemoryCase memoryCase) throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("newt-memory");
        try {
            Path config = memoryCase.write(folder, tokenizer, text);
            ExecutionPlan.Memory plan =
                    Planner.plan(ConfigFile.load(config, List.of())).memory();
            ChildMemory.Peak peak = ChildMemory.run(folder, List.of(Main.class.getName(), "train", config.toString()));
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.0f | %.0f | %.2f |%n",
                    memoryCase.name(),
                    mebibytes(plan.total()),
                    mebibytes(peak.resident()),
                    plan.total() / (double) peak.resident());
            String metrics = Files.readString(folder.resolve("out/metrics.jsonl"));
            System.err.printf(
                    Locale.ROOT,
                    "%s: %s%n  anonymous %.0f, files %.0f; tensors %s%n",
                    memoryCase.name(),
                    plan,
                    mebibytes(peak.anonymous()),
                    mebibytes(peak.files()),
                    metrics.lines()
                            .filter(line -> line.contains("peak_memory"))
                            .reduce((a, b) -> b)
                            .orElse(""));
        } finally {
            delete(folder);
        }
    }

    private static double mebibytes(long bytes) {
        return bytes / (double) (1 << 20);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
