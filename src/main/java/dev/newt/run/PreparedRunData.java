package dev.newt.run;

import dev.newt.data.DataChecks;
import dev.newt.data.DataSettings;
import dev.newt.data.DatasetStatistics;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedData;
import dev.newt.data.PreparedDataset;
import dev.newt.data.Progress;
import dev.newt.plan.ExecutionPlan;
import dev.newt.plan.PreparedLink;
import dev.newt.token.Tokenizer;
import dev.newt.train.BatchSource;
import java.util.Optional;

/** All rows prepared before the run. */
final class PreparedRunData implements RunData {
    private final String key;
    private final PreparedData data;
    private final PreparedBatches batches;

    private PreparedRunData(String key, PreparedData data, PreparedBatches batches) {
        this.key = key;
        this.data = data;
        this.batches = batches;
    }

    /** Prepares the rows, or finds them prepared; a plan finds them then, too. */
    static PreparedRunData prepare(ExecutionPlan plan, Tokenizer tokenizer, Progress progress) {
        PreparedRunData data = prepare(plan.settings().data(), "datasets", plan, tokenizer, progress);
        PreparedLink.remember(plan, data.data().directory());
        return data;
    }

    /** Of streamed data the first window's rows of each data set, to be looked at. */
    static PreparedRunData preview(ExecutionPlan plan, Tokenizer tokenizer, Progress progress) {
        return prepare(plan.settings().firstWindow(), plan.settings().dataKey(), plan, tokenizer, progress);
    }

    private static PreparedRunData prepare(
            DataSettings settings, String key, ExecutionPlan plan, Tokenizer tokenizer, Progress progress) {
        PreparedData data = Preparation.prepare(settings, key, tokenizer, progress);
        return new PreparedRunData(
                key, data, new PreparedBatches(data.train(), plan.settings().batches()));
    }

    PreparedData data() {
        return data;
    }

    @Override
    public BatchSource batches() {
        return batches;
    }

    @Override
    public Optional<PreparedDataset> validation() {
        return data.validation();
    }

    @Override
    public DataChecks checks() {
        DataChecks training = DataChecks.ofTraining(key, data.statistics());
        return data.testStatistics()
                .map(test -> training.and(DataChecks.ofRows("test_datasets", test)))
                .orElse(training);
    }

    @Override
    public String key() {
        return data.directory().getFileName().toString();
    }

    @Override
    public int longest() {
        return Math.max(
                data.statistics().longest(),
                data.testStatistics().map(DatasetStatistics::longest).orElse(0));
    }

    @Override
    public void close() {
        // The files are mapped; the mappings go with the objects.
    }
}
