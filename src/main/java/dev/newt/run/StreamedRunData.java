package dev.newt.run;

import dev.newt.data.DataChecks;
import dev.newt.data.DataPosition;
import dev.newt.data.DataStream;
import dev.newt.data.DatasetStatistics;
import dev.newt.data.Preparation;
import dev.newt.data.PreparedData;
import dev.newt.data.PreparedDataset;
import dev.newt.data.Progress;
import dev.newt.plan.RunSettings;
import dev.newt.token.Tokenizer;
import dev.newt.train.BatchSource;
import java.util.Optional;

/** Rows that are read while the run goes on; those that it is evaluated on are prepared before. */
final class StreamedRunData implements RunData {
    private final StreamedBatches batches;
    private final Optional<PreparedData> test;
    private final String key;
    private final int longest;
    private final DataChecks checks;

    private StreamedRunData(
            StreamedBatches batches, Optional<PreparedData> test, String key, int longest, DataChecks checks) {
        this.batches = batches;
        this.test = test;
        this.key = key;
        this.longest = longest;
        this.checks = checks;
    }

    static StreamedRunData open(RunSettings settings, Tokenizer tokenizer, Progress progress) {
        Optional<PreparedData> test =
                settings.testDataAlone().map(rows -> Preparation.prepare(rows, "test_datasets", tokenizer, progress));
        String key = DataStream.key(settings.data(), tokenizer);
        StreamedBatches batches = new StreamedBatches(
                position -> DataStream.open(
                        settings.data(),
                        settings.dataKey(),
                        tokenizer,
                        settings.streaming().orElseThrow().windowRows(),
                        position),
                settings.streamedBatches(),
                settings.length().maxSteps().orElseThrow());
        // What is wrong with the files and the first rows is told before the model is loaded.
        try {
            batches.seek(DataPosition.START);
            batches.awaitWindow();
            DataChecks training = DataChecks.ofTraining(
                    settings.dataKey(), batches.statistics().orElseThrow());
            DataChecks checks = test.map(data -> training.and(DataChecks.ofRows("test_datasets", data.statistics())))
                    .orElse(training);
            return new StreamedRunData(batches, test, key, settings.data().sequenceLen(), checks);
        } catch (RuntimeException e) {
            batches.close();
            throw e;
        }
    }

    /** What became of the rows that were read since the run was begun or resumed: at first those of the first window. */
    Optional<DatasetStatistics> statistics() {
        return batches.statistics();
    }

    @Override
    public BatchSource batches() {
        return batches;
    }

    @Override
    public Optional<PreparedDataset> validation() {
        return test.map(PreparedData::train);
    }

    @Override
    public DataChecks checks() {
        return checks;
    }

    @Override
    public String key() {
        return key + test.map(data -> "-" + data.directory().getFileName()).orElse("");
    }

    @Override
    public int longest() {
        return longest;
    }

    @Override
    public void close() {
        batches.close();
    }
}
