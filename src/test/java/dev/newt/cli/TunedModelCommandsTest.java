package dev.newt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.weights.SafetensorsFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is done with a model that was trained: held-out questions, {@code inference}, {@code merge-lora}; each as a user runs it. */
@Timeout(300)
@Tag("slow")
class TunedModelCommandsTest {
    private static final String QUESTION = "Who sleeps?";
    private static final String ANSWER = "a lazy dog";

    @TempDir
    Path folder;

    /** A model of random weights that is trained on one question until it knows the answer. */
    @BeforeEach
    void write() throws Exception {
        Files.writeString(folder.resolve("rows.jsonl"), row(ANSWER).repeat(8));
        Files.writeString(folder.resolve("other.jsonl"), row("a fox"));
        Files.writeString(
                folder.resolve("config.yaml"),
                """
                base_model: %s
                adapter: lora
                lora_r: 8
                lora_alpha: 16
                lora_target_linear: true
                datasets: [{path: rows.jsonl, ds_type: json, type: chat_template}]
                test_datasets: [{path: rows.jsonl, ds_type: json, type: chat_template}]
                sequence_len: 128
                micro_batch_size: 4
                max_steps: 30
                learning_rate: 0.02
                warmup_steps: 1
                bf16: false
                eval_table_size: 4
                output_dir: out
                """
                        .formatted(TinyRun.MODEL));
    }

    private static String row(String answer) {
        return "{\"messages\": [{\"role\": \"user\", \"content\": \"" + QUESTION
                + "\"}, {\"role\": \"assistant\", \"content\": \"" + answer + "\"}]}\n";
    }

    private NewtProcess ended(int exitCode, String... arguments) throws Exception {
        NewtProcess process = NewtProcess.ofClasses(folder, arguments);
        assertThat(process.exitCode()).as(process.out() + process.err()).isEqualTo(exitCode);
        return process;
    }

    @Test
    void heldOutQuestionsAreAnsweredBeforeAndAfterTraining() throws Exception {
        String out = ended(0, "config.yaml").out();

        assertThat(out)
                .contains("exact match on 4 held-out rows: 0.0% before, 100.0% after")
                .contains("  after   " + ANSWER);
        assertThat(Files.readString(folder.resolve("out/report.html"))).contains(ANSWER);
    }

    @Test
    void anAnswerThatDiffersFromTheDataIsNoMatch() throws Exception {
        assertThat(ended(0, "config.yaml", "test_datasets[0].path=other.jsonl").out())
                .contains("exact match on 1 held-out rows: 0.0% before, 0.0% after");
    }

    @Test
    void theAdapterAnswersAndSoDoesTheMergedModelButNotTheBase() throws Exception {
        ended(0, "config.yaml", "eval_table_size=0");
        assertThat(inference()).isEqualTo(ANSWER);
        assertThat(inference("--base", "--max-new-tokens", "5")).isNotEqualTo(ANSWER);
        assertThat(inference("--temperature", "0.01", "--seed", "3")).isEqualTo(ANSWER);

        NewtProcess merge = ended(0, "merge-lora", "config.yaml");
        Path merged = folder.resolve("out/merged");
        assertThat(merge.out()).isEqualTo("merged model: " + merged + "\n");
        try (SafetensorsFile model = SafetensorsFile.open(merged.resolve("model.safetensors"));
                SafetensorsFile base = SafetensorsFile.open(TinyRun.MODEL.resolve("model.safetensors"))) {
            assertThat(model.tensors().keySet()).isEqualTo(base.tensors().keySet());
        }
        Files.writeString(
                folder.resolve("merged.yaml"),
                """
                base_model: out/merged
                datasets: [{path: rows.jsonl, ds_type: json, type: chat_template}]
                learning_rate: 0.1
                sequence_len: 128
                bf16: false
                """);
        assertThat(ended(0, "inference", "merged.yaml", "--base", "--prompt", QUESTION)
                        .out()
                        .strip())
                .isEqualTo(ANSWER);
    }

    @Test
    void whatWasNotTrainedCannotBeAskedOrMerged() throws Exception {
        assertThat(ended(2, "inference", "config.yaml", "--prompt", "Who sleeps?")
                        .err())
                .contains("out: has no adapter_config.json; train this configuration first")
                .doesNotContain("\tat ");
        assertThat(ended(2, "merge-lora", "config.yaml").err())
                .contains("out: has no adapter_config.json; train this configuration first")
                .doesNotContain("\tat ");
    }

    @Test
    void aPromptMustBeOneAndLeaveRoomForItsAnswer() throws Exception {
        assertThat(ended(2, "inference", "config.yaml", "--prompt", " ").err())
                .isEqualTo(
                        "error: --prompt is empty; write what is to be answered, or leave --prompt out and give prompts on"
                                + " standard input, one a line\n");
        assertThat(ended(2, "inference", "config.yaml", "--base", "--prompt", "newt ".repeat(300))
                        .err())
                .contains(
                        "tokens, those of the chat template included, and the model's positions end at 256: that leaves no"
                                + " room for an answer; shorten the prompt\n")
                .doesNotContain("\tat ");
    }

    @Test
    void samplingOutsideItsBoundsIsRefused() throws Exception {
        assertThat(ended(2, "inference", "config.yaml", "--prompt", "x", "--top-p", "1.5")
                        .err())
                .contains("--top-p: 1.5 is not between 1.0E-6 and 1.0");
    }

    private String inference(String... options) throws Exception {
        String[] arguments = new String[4 + options.length];
        arguments[0] = "inference";
        arguments[1] = "config.yaml";
        arguments[2] = "--prompt";
        arguments[3] = QUESTION;
        System.arraycopy(options, 0, arguments, 4, options.length);
        return ended(0, arguments).out().strip();
    }
}
