package example;

import dev.newt.api.Newt;
import dev.newt.api.TrainingOptions;
import dev.newt.api.TrainingOutcome;
import dev.newt.api.Validation;
import dev.newt.io.UserException;
import dev.newt.plan.DatasetEntry;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.plan.RunSettingsBuilder;
import dev.newt.train.StopRequest;
import dev.newt.train.TrainingEvent;
import java.nio.file.Path;
import java.util.Locale;

/** Tunes the small model that comes with Newt for a few steps, asks it something, and merges the adapter into it. */
public final class TuneAndAsk {
    private static final String QUESTION = "Please send two large pizzas to 9 Elm Street for Ana.";

    private TuneAndAsk() {}

    /** @param args the folder {@code examples} of Newt's repository, and the folder of the results; both may be left out */
    public static void main(String[] args) {
        Path examples = Path.of(args.length > 0 ? args[0] : "..");
        Path output = Path.of(args.length > 1 ? args[1] : "target/tuned");
        try {
            tuneAndAsk(Newt.of(settings(examples, output)));
        } catch (UserException e) {
            // Written for whoever made the settings: what is wrong, where, and what would be right.
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /** What examples/yaml/newt-tiny-chat-lora.yaml says, for a few steps on a few rows. */
    private static RunSettingsBuilder settings(Path examples, Path output) {
        return RunSettings.builder()
                .baseModel(examples.resolve("models/newt-tiny").toString())
                .lora(16, 32)
                .loraTargetLinear(true)
                .datasets(DatasetEntry.of(
                                examples.resolve("data/orders-train.jsonl").toString(), "chat_template")
                        .split("train[:400]"))
                .sequenceLen(256)
                .samplePacking(true)
                .microBatchSize(4)
                .learningRate(4e-3)
                .warmupSteps(2)
                .maxSteps(8)
                .loggingSteps(1)
                .bf16(false)
                .datasetPreparedPath(output.resolve("prepared"))
                .outputDir(output)
                .overwriteOutputDir(true);
    }

    private static void tuneAndAsk(Newt newt) {
        Validation validation = newt.validate();
        validation.notes().forEach(note -> System.out.println("note: " + note));
        System.out.println("valid: " + validation.isValid());

        ExecutionPlan plan = newt.plan();
        System.out.printf(
                Locale.ROOT,
                "plan: %,d of %,d parameters trained, about %,d MiB of memory, %s%n",
                plan.method().trainedParameters(),
                plan.model().parameters(),
                plan.memory().total() >> 20,
                newt.fit(plan).verdict().text());

        // Any thread may ask the run to stop: it writes a checkpoint then, and a later run can go on from it.
        StopRequest stop = new StopRequest();
        TrainingOutcome outcome = newt.train(TrainingOptions.quiet().stop(stop).listener(TuneAndAsk::tell));
        System.out.println(outcome.isInterrupted() ? "interrupted" : "tuned: " + outcome.outputDirectory());

        System.out.println("question: " + QUESTION);
        System.out.println("answer: " + newt.generate(QUESTION));
        System.out.println("merged: " + newt.merge());
    }

    private static void tell(TrainingEvent event) {
        if (event instanceof TrainingEvent.Logged logged) {
            System.out.printf(
                    Locale.ROOT, "step %d of %d: loss %.4f%n", logged.step(), logged.totalSteps(), logged.loss());
        } else if (event instanceof TrainingEvent.Warning warning) {
            System.out.println("warning: " + warning.message());
        }
    }
}
