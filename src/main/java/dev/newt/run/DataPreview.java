package dev.newt.run;

import dev.newt.data.DataChecks;
import dev.newt.data.PreparedData;
import dev.newt.data.Progress;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.RunSettings;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;

/** A configuration's rows, prepared and readable, without a model; of streamed ones those of the first window. */
public final class DataPreview implements AutoCloseable {
    private final ExecutionPlan plan;
    private final OutputLock lock;
    private final Tokenizer tokenizer;
    private final PreparedRunData data;

    private DataPreview(ExecutionPlan plan, OutputLock lock, Tokenizer tokenizer, PreparedRunData data) {
        this.plan = plan;
        this.lock = lock;
        this.tokenizer = tokenizer;
        this.data = data;
    }

    /** Takes the output directory for itself, and prepares the rows or finds them prepared. */
    public static DataPreview prepare(ExecutionPlan plan, Progress progress) {
        RunSettings settings = plan.settings();
        Tokenizer tokenizer = InferenceRun.tokenizer(settings);
        try {
            OutputLock lock = TrainingRun.lock(settings);
            try {
                PreparedRunData data = settings.streaming().isPresent()
                        ? PreparedRunData.preview(plan, tokenizer, progress)
                        : PreparedRunData.prepare(plan, tokenizer, progress);
                TrainingRun.requirePositions(plan, data.longest());
                return new DataPreview(plan, lock, tokenizer, data);
            } catch (RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    public PreparedData data() {
        return data.data();
    }

    /** What is wrong with the rows. */
    public DataChecks checks() {
        return data.checks();
    }

    /** Whether {@code train} refuses these rows. */
    public boolean isRefused() {
        return plan.settings().refusesDoubtfulData() && !checks().problems().isEmpty();
    }

    /** Optimizer steps of the run that these rows are for. */
    public long totalSteps() {
        long stepsPerEpoch = data.batches().stepsPerEpoch();
        return TrainWiring.settings(plan, data.key(), stepsPerEpoch).totalSteps(stepsPerEpoch);
    }

    /** Whether these are the first rows alone, since the run streams them. */
    public boolean isFirstWindow() {
        return plan.settings().streaming().isPresent();
    }

    /** The training examples, readable. */
    public TokenView tokens() {
        return new TokenView(data().train(), tokenizer);
    }

    public Path outputDirectory() {
        return plan.settings().output().folder();
    }

    @Override
    public void close() {
        tokenizer.close();
        lock.close();
    }
}
