package dev.newt.data;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.PreferenceKind;
import dev.newt.io.NotInHash;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The data of a run. Names are Axolotl's.
 *
 * @param datasets training rows, one entry behind the other
 * @param testDatasets evaluation rows; excludes {@code valSetSize}
 * @param valSetSize rows set aside for evaluation: a part below 1, or a count; 0 for none
 * @param trainOnInputs whether prompts are trained too
 * @param sequenceLen most tokens of an example
 * @param minSampleLen fewest tokens of an example
 * @param excessLengthStrategy what happens to longer ones
 * @param samplePacking whether the statistics state how well examples pack
 * @param seed decides which rows are set aside
 * @param threads that tokenise
 * @param datasetPreparedPath folder of the prepared data
 * @param paths from a path as written to where it is
 * @param datasetExactDeduplication whether of equal rows only the first is kept, and none of {@code testDatasets} that is trained on
 * @param mixing of the training data sets
 * @param preference how the answers of all data sets are judged; empty where they are trained as they are
 */
public record DataSettings(
        List<DatasetSettings> datasets,
        List<DatasetSettings> testDatasets,
        double valSetSize,
        boolean trainOnInputs,
        int sequenceLen,
        int minSampleLen,
        ExcessLengthStrategy excessLengthStrategy,
        boolean samplePacking,
        long seed,
        @NotInHash("rows are tokenised alike however many at once") int threads,
        @NotInHash("where prepared rows lie decides nothing of them") Path datasetPreparedPath,
        @NotInHash("rows are named as they are written") Function<String, Path> paths,
        boolean datasetExactDeduplication,
        Mixing mixing,
        Optional<PreferenceKind> preference) {
    /** Fewest tokens that give a loss: one to be predicted from one before it. */
    public static final int MIN_SAMPLE_LEN = 2;

    public DataSettings {
        if (sequenceLen < MIN_SAMPLE_LEN || minSampleLen < 1 || threads < 1 || valSetSize < 0 || datasets.isEmpty()) {
            throw new IllegalArgumentException("unusable data settings");
        }
    }

    /** One data set behind the other, with equal rows kept. */
    public DataSettings(
            List<DatasetSettings> datasets,
            List<DatasetSettings> testDatasets,
            double valSetSize,
            boolean trainOnInputs,
            int sequenceLen,
            int minSampleLen,
            ExcessLengthStrategy excessLengthStrategy,
            boolean samplePacking,
            long seed,
            int threads,
            Path datasetPreparedPath,
            Function<String, Path> paths) {
        this(
                datasets,
                testDatasets,
                valSetSize,
                trainOnInputs,
                sequenceLen,
                minSampleLen,
                excessLengthStrategy,
                samplePacking,
                seed,
                threads,
                datasetPreparedPath,
                paths,
                false,
                Mixing.none(),
                Optional.empty());
    }

    /** Examples that are never parted; rows, batches and steps count groups of so many. */
    public int groupSize() {
        return preference.map(PreferenceKind::groupSize).orElse(1);
    }

    /** The same, with the training data sets joined in another way, and with or without equal rows. */
    public DataSettings mixed(Mixing other, boolean deduplicate) {
        return new DataSettings(
                datasets,
                testDatasets,
                valSetSize,
                trainOnInputs,
                sequenceLen,
                minSampleLen,
                excessLengthStrategy,
                samplePacking,
                seed,
                threads,
                datasetPreparedPath,
                paths,
                deduplicate,
                other,
                preference);
    }

    /** The same, with rows whose answers are judged. */
    public DataSettings judged(PreferenceKind kind) {
        return new DataSettings(
                datasets,
                testDatasets,
                valSetSize,
                trainOnInputs,
                sequenceLen,
                minSampleLen,
                excessLengthStrategy,
                samplePacking,
                seed,
                threads,
                datasetPreparedPath,
                paths,
                datasetExactDeduplication,
                mixing,
                Optional.of(kind));
    }

    /** Training data alone, with Axolotl's defaults. */
    public static DataSettings of(List<DatasetSettings> datasets, int sequenceLen, Path datasetPreparedPath) {
        return new DataSettings(
                datasets,
                List.of(),
                0,
                false,
                sequenceLen,
                MIN_SAMPLE_LEN,
                ExcessLengthStrategy.DROP,
                true,
                42,
                Math.max(2, Runtime.getRuntime().availableProcessors()),
                datasetPreparedPath,
                Path::of);
    }
}
