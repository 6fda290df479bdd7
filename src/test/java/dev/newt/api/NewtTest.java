package dev.newt.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.newt.io.UserException;
import dev.newt.plan.DatasetEntry;
import dev.newt.plan.Device;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.Fit;
import dev.newt.plan.RunSettings;
import dev.newt.plan.RunSettingsBuilder;
import dev.newt.run.Evaluation;
import dev.newt.run.InferenceRun;
import dev.newt.run.SamplingSettings;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Newt as a Java program uses it. */
class NewtTest {
    private static final Path MODEL =
            Path.of("src/test/resources/golden/llama/model").toAbsolutePath();

    @TempDir
    Path folder;

    private Path rows;

    @BeforeEach
    void writeRows() throws IOException {
        String[] words = "the quick brown fox jumps over a lazy dog while one newt swims".split(" ");
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            text.append("{\"instruction\": \"")
                    .append(words[random.nextInt(words.length)])
                    .append("\", \"output\": \"")
                    .append(words[random.nextInt(words.length)])
                    .append("\"}\n");
        }
        rows = Files.writeString(folder.resolve("rows.jsonl"), text);
    }

    private RunSettingsBuilder settings(String output) {
        return RunSettings.builder()
                .baseModel(MODEL.toString())
                .lora(4, 8)
                .loraTargetLinear(true)
                .datasets(DatasetEntry.of(rows.toString(), "alpaca"))
                .valSetSize(0.2)
                .datasetPreparedPath(folder.resolve("prepared"))
                .sequenceLen(128)
                .microBatchSize(4)
                .learningRate(1e-2)
                .bf16(false)
                .maxSteps(4)
                .loggingSteps(1)
                .evalTableSize(2)
                .set("eval_max_new_tokens", 4)
                .outputDir(folder.resolve(output));
    }

    private String yaml() {
        return """
                base_model: %s
                adapter: lora
                lora_r: 4
                lora_alpha: 8
                lora_target_linear: true
                datasets:
                  - path: rows.jsonl
                    type: alpaca
                sequence_len: 128
                val_set_size: 0.2
                dataset_prepared_path: %s
                micro_batch_size: 4
                learning_rate: 1e-2
                bf16: false
                max_steps: 4
                logging_steps: 1
                eval_table_size: 2
                eval_max_new_tokens: 4
                output_dir: %s
                """
                .formatted(MODEL, folder.resolve("prepared"), folder.resolve("out"));
    }

    @Test
    void aProgramMakesTheSettingsThatAFileMakes() throws IOException {
        Path file = Files.writeString(
                folder.resolve("run.yaml"),
                yaml().replace("path: rows.jsonl", "path: " + folder.resolve("rows.jsonl")));

        ExecutionPlan ofFile = Newt.read(file).plan();
        ExecutionPlan ofText = Newt.parse(Files.readString(file), folder).plan();
        ExecutionPlan ofProgram = Newt.of(settings("out")).plan();
        ExecutionPlan ofTyped = Newt.of(settings("out").build()).plan();

        assertThat(List.of(ofText.hash(), ofProgram.hash(), ofTyped.hash())).containsOnly(ofFile.hash());
        for (ExecutionPlan plan : List.of(ofText, ofProgram, ofTyped)) {
            assertThat(plan.settings())
                    .usingRecursiveComparison()
                    .ignoringFields("origin", "data.paths")
                    .isEqualTo(ofFile.settings());
            assertThat(plan)
                    .usingRecursiveComparison()
                    .ignoringFields("settings")
                    .isEqualTo(ofFile);
        }
    }

    @Test
    void pathsInATextAreLookedForInItsFolderAndErrorsHaveTheirPlace() {
        assertThat(Newt.parse(yaml(), folder).validate().isValid()).isTrue();
        assertThat(Newt.parse(yaml(), folder, "max_steps=9").plan().steps().total())
                .contains(9L);

        assertThatThrownBy(() -> Newt.parse(yaml().replace("lora_r: 4", "lora_r: four"), folder))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("text.yaml") + ":3:9: error: lora_r is four; it takes a whole number");
    }

    @Test
    void settingsTellAllThatIsWrongAtOnce() {
        assertThatThrownBy(() -> RunSettings.builder()
                        .baseModel("nothing/here/at/all")
                        .lora(0, 8)
                        .set("micro_batch_sise", 2)
                        .build())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("learning_rate is missing")
                .hasMessageContaining("lora_r is 0")
                .hasMessageContaining("did you mean micro_batch_size?")
                .hasMessageContaining("base_model: ");
    }

    @Test
    void validationThrowsNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("run.yaml"), yaml());
        assertThat(Newt.validate(file).isValid()).isTrue();
        assertThat(Newt.validate(file, "learning_rate=fast").refusal())
                .hasValueSatisfying(refusal -> assertThat(refusal).hasMessageContaining("learning_rate is fast"));
        assertThat(Newt.validate(file, "base_model=org/unknown")).satisfies(validation -> {
            assertThat(validation.isValid()).isTrue();
            assertThat(validation.notes()).anyMatch(note -> note.contains("the model org/unknown is not here"));
        });
        Files.delete(rows);
        assertThat(Newt.of(settings("out")).validate().refusal())
                .hasValueSatisfying(refusal -> assertThat(refusal).hasMessageContaining("rows.jsonl: does not exist"));
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void whatDoesNotFitIsRefusedWithWhatWouldFit() {
        Newt newt = Newt.of(settings("out").build());
        ExecutionPlan plan = newt.plan(Device.named("cpu-0gb"));
        Fit fit = newt.fit(plan);

        assertThat(fit.verdict()).isEqualTo(Fit.Verdict.DOES_NOT_FIT);
        assertThatThrownBy(() -> newt.prepare(plan, fit, TrainingOptions.quiet()))
                .isInstanceOfSatisfying(DoesNotFitException.class, refused -> assertThat(refused.fit())
                        .isSameAs(fit));
    }

    @Test
    void trainsEvaluatesAnswersAndMerges() throws IOException {
        Newt newt = Newt.of(settings("out"));
        List<TrainingEvent> events = new ArrayList<>();
        List<String> answered = new ArrayList<>();
        TrainingOptions options = TrainingOptions.quiet().listener(events::add).answers(new AnswerListener() {
            @Override
            public void begins(Moment moment) {
                answered.add(moment.name());
            }

            @Override
            public void answered(Moment moment, int done, int of) {
                answered.add(done + " of " + of);
            }
        });

        TrainingOutcome outcome = newt.train(options);

        assertThat(outcome.result().status()).isEqualTo(TrainingResult.Status.FINISHED);
        assertThat(outcome.isInterrupted()).isFalse();
        assertThat(outcome.outputDirectory()).isEqualTo(folder.resolve("out"));
        assertThat(outcome.answers()).hasSize(2).allSatisfy(answer -> assertThat(answer.after())
                .isPresent());
        assertThat(outcome.exactMatchAfter()).isPresent();
        assertThat(answered)
                .containsExactly("BEFORE_TRAINING", "1 of 2", "2 of 2", "AFTER_TRAINING", "1 of 2", "2 of 2");
        assertThat(events.stream().filter(TrainingEvent.StepDone.class::isInstance))
                .hasSize(4);
        assertThat(events.get(events.size() - 1)).isInstanceOf(TrainingEvent.Finished.class);
        assertThat(folder.resolve("out"))
                .isDirectoryContaining(file -> file.endsWith("adapter_model.safetensors"))
                .isDirectoryContaining(file -> file.endsWith("metrics.jsonl"))
                .isDirectoryContaining(file -> file.endsWith("report.html"));
        assertThat(Newt.read(folder.resolve("out/newt.yaml")).plan().hash())
                .isEqualTo(newt.plan().hash());

        Evaluation tuned = newt.evaluate();
        assertThat(tuned.loss()).isCloseTo(outcome.result().evaluationLoss().orElseThrow(), within(1e-5));
        assertThat(tuned.questions()).isEqualTo(2);
        assertThat(tuned.exactMatch().orElseThrow())
                .isEqualTo(outcome.exactMatchAfter().orElseThrow());
        assertThat(newt.evaluate(ModelChoice.BASE).loss()).isGreaterThan(tuned.loss());
        assertThat(newt.evaluate(ModelChoice.in(folder.resolve("out/checkpoint-4")))
                        .loss())
                .isEqualTo(tuned.loss());

        Path merged = newt.merge();
        assertThat(merged).isEqualTo(folder.resolve("out/merged"));
        Newt whole = Newt.of(settings("other").baseModel(merged.toString()));
        SamplingSettings few = SamplingSettings.greedy(8);
        try (InferenceRun adapted = newt.open(ModelChoice.TUNED);
                InferenceRun one = whole.open(ModelChoice.BASE)) {
            assertThat(adapted.answer("the quick", few)).isEqualTo(one.answer("the quick", few));
        }
        assertThat(newt.generate("the quick")).isNotEmpty();
    }

    @Test
    void aCancelledRunEndsWithACheckpointAndGoesOnAsIfItHadNot() throws IOException {
        Newt.of(settings("whole")).train();
        StopRequest stop = new StopRequest();
        List<TrainingEvent> events = new ArrayList<>();
        TrainingOptions options = TrainingOptions.quiet()
                .stop(stop)
                .listener(events::add)
                .listener(event -> {
                    if (event instanceof TrainingEvent.StepDone step && step.step() == 2) {
                        stop.request();
                    }
                });

        TrainingOutcome cancelled = Newt.of(settings("out")).train(options);

        assertThat(cancelled.isInterrupted()).isTrue();
        assertThat(cancelled.result().step()).isEqualTo(2);
        assertThat(cancelled.exactMatchAfter()).isEmpty();
        assertThat(events.get(events.size() - 1))
                .isEqualTo(new TrainingEvent.Interrupted(2, folder.resolve("out/checkpoint-2")));
        assertThat(folder.resolve("out/adapter_model.safetensors")).doesNotExist();

        TrainingOutcome resumed =
                Newt.of(settings("out").autoResumeFromCheckpoints(true)).train();

        assertThat(resumed.result().step()).isEqualTo(4);
        assertThat(folder.resolve("out/adapter_model.safetensors"))
                .hasSameBinaryContentAs(folder.resolve("whole/adapter_model.safetensors"));
    }

    @Test
    void nothingToEvaluateOnOrToAskIsSaidSo() {
        assertThatThrownBy(() -> Newt.of(settings("out").valSetSize(0)).evaluate())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("there are no rows to evaluate on");
        assertThatThrownBy(() -> Newt.of(settings("out")).generate("the quick"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("train this configuration first");
        assertThatThrownBy(() -> Newt.of(settings("out")).merge())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("train this configuration first");
    }
}
