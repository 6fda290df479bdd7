package dev.newt.run;

import dev.newt.config.DataChecking;
import dev.newt.config.LoadedConfig;
import dev.newt.data.DataChecks;
import dev.newt.data.PreparedData;
import dev.newt.data.Progress;
import dev.newt.plan.ExecutionPlan;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;

/** A configuration's rows, prepared and readable, without a model; of streamed ones those of the first window. */
public final class DataPreview implements AutoCloseable {
    private final LoadedConfig loaded;
    private final ExecutionPlan plan;
    private final OutputLock lock;
    private final Tokenizer tokenizer;
    private final PreparedRunData data;

    private DataPreview(
            LoadedConfig loaded, ExecutionPlan plan, OutputLock lock, Tokenizer tokenizer, PreparedRunData data) {
        this.loaded = loaded;
        this.plan = plan;
        this.lock = lock;
        this.tokenizer = tokenizer;
        this.data = data;
    }

    /** Takes the output directory for itself, and prepares the rows or finds them prepared. */
    public static DataPreview prepare(LoadedConfig loaded, ExecutionPlan plan, Progress progress) {
        DataWiring wiring = new DataWiring(loaded);
        Tokenizer tokenizer = wiring.tokenizer();
        try {
            OutputLock lock = TrainingRun.lock(loaded);
            try {
                PreparedRunData data = loaded.config().streaming().isOn()
                        ? PreparedRunData.preview(loaded, wiring, tokenizer, progress)
                        : PreparedRunData.prepare(loaded, wiring, tokenizer, progress);
                TrainingRun.requirePositions(loaded, plan, data.longest());
                return new DataPreview(loaded, plan, lock, tokenizer, data);
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
        return loaded.config().data().dataChecks() == DataChecking.ERROR
                && !checks().problems().isEmpty();
    }

    /** Optimizer steps of the run that these rows are for. */
    public long totalSteps() {
        long stepsPerEpoch = data.batches().stepsPerEpoch();
        return new TrainWiring(loaded, plan).settings(data.key(), stepsPerEpoch).totalSteps(stepsPerEpoch);
    }

    /** Whether these are the first rows alone, since the run streams them. */
    public boolean isFirstWindow() {
        return loaded.config().streaming().isOn();
    }

    /** The training examples, readable. */
    public TokenView tokens() {
        return new TokenView(data().train(), tokenizer);
    }

    public Path outputDirectory() {
        return loaded.paths().output(loaded.config().schedule().outputDir());
    }

    @Override
    public void close() {
        tokenizer.close();
        lock.close();
    }
}
