package dev.newt.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/** A small model, a few rows and a configuration in a folder, for runs of a second. */
final class TinyRun {
    static final Path MODEL = Path.of("src/test/resources/golden/llama/model").toAbsolutePath();

    private static final String[] WORDS =
            "the quick brown fox jumps over a lazy dog while one newt swims below cold water".split(" ");

    private TinyRun() {}

    /** Writes {@code rows} texts of 3 to 14 words, the same every time. */
    static Path rows(Path file, int rows) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows; i++) {
            text.append("{\"text\": \"");
            int words = random.nextInt(3, 15);
            for (int w = 0; w < words; w++) {
                text.append(w == 0 ? "" : " ").append(WORDS[random.nextInt(WORDS.length)]);
            }
            text.append("\"}\n");
        }
        return Files.writeString(file, text);
    }

    /** Writes rows.jsonl and config.yaml: LoRA with dropout, packed rows, accumulated gradients. */
    static Path config(Path folder, String... more) throws IOException {
        rows(folder.resolve("rows.jsonl"), 48);
        return Files.writeString(
                folder.resolve("config.yaml"),
                """
                base_model: %s
                adapter: lora
                lora_r: 4
                lora_alpha: 8
                lora_dropout: 0.1
                lora_target_linear: true
                datasets:
                  - path: rows.jsonl
                    ds_type: json
                    type: completion
                sequence_len: 64
                sample_packing: true
                micro_batch_size: 2
                gradient_accumulation_steps: 2
                optimizer: adamw_torch
                learning_rate: 0.01
                bf16: false
                logging_steps: 1
                output_dir: out
                """
                                .formatted(MODEL)
                        + String.join("\n", more)
                        + "\n");
    }
}
