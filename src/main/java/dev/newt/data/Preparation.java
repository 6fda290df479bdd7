package dev.newt.data;

import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.io.UserException;
import dev.newt.rows.DataFile;
import dev.newt.rows.RowReader;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** From data files to tokens: reads, tokenises, masks, filters, splits, and keeps the result for the next run. */
public final class Preparation {
    static final String TRAIN = "train";
    private static final String TEST = "test";
    static final String PARTS = ".parts";
    static final String VALIDATION_ROWS = "validation.rows";
    private static final int AXOLOTLS_BIN_SIZE = 200;

    private final DataSettings settings;
    private final String key;
    private final Tokenizer tokenizer;
    private final Progress progress;

    private Preparation(DataSettings settings, String key, Tokenizer tokenizer, Progress progress) {
        this.settings = settings;
        this.key = key;
        this.tokenizer = tokenizer;
        this.progress = progress;
    }

    /**
     * Prepares the data, or finds them prepared by an earlier run.
     *
     * @throws UserException if a file or row cannot be used, or nothing is left to train on
     */
    public static PreparedData prepare(DataSettings settings, Tokenizer tokenizer, Progress progress) {
        return prepare(settings, "datasets", tokenizer, progress);
    }

    /**
     * The same of data sets that are configured under another key.
     *
     * @param key for messages
     */
    public static PreparedData prepare(DataSettings settings, String key, Tokenizer tokenizer, Progress progress) {
        return new Preparation(settings, key, tokenizer, progress).prepare();
    }

    private PreparedData prepare() {
        List<DataSource> train = DataSource.find(settings.datasets(), settings, tokenizer);
        List<DataSource> test = DataSource.find(settings.testDatasets(), settings, tokenizer);
        List<List<DataFile>> files = Stream.concat(train.stream(), test.stream())
                .map(DataSource::files)
                .toList();
        String name = PreparationKey.of(settings, files, tokenizer);
        RowFilter filter = new RowFilter(settings.datasetExactDeduplication());
        PreparedCache.Entry entry = new PreparedCache(settings.datasetPreparedPath()).get(name, directory -> {
            tokenizer.expectManyTexts();
            DatasetStatistics statistics = write(directory, TRAIN, key, train, filter);
            Optional<DatasetStatistics> testStatistics = Optional.empty();
            if (!test.isEmpty()) {
                testStatistics = Optional.of(write(directory, TEST, "test_datasets", test, filter));
            } else if (settings.valSetSize() > 0) {
                int[] rows = ValidationSplit.choose(
                        TokenFile.open(directory, TRAIN, settings.groupSize()), settings.valSetSize(), settings.seed());
                TokenFile.writeInts(directory.resolve(VALIDATION_ROWS), rows);
            }
            return new PreparedCache.Made(statistics, testStatistics);
        });
        return open(entry, places(train), places(test));
    }

    private static List<Path> places(List<DataSource> sources) {
        return sources.stream().flatMap(source -> source.places().stream()).toList();
    }

    private PreparedData open(PreparedCache.Entry entry, List<Path> trainFiles, List<Path> testFiles) {
        Path directory = entry.directory();
        try {
            TokenFile file = TokenFile.open(directory, TRAIN, settings.groupSize());
            Origins origins = new Origins(directory, TRAIN, trainFiles);
            int[] trainRows = ValidationSplit.all(file);
            Optional<PreparedDataset> validation = Optional.empty();
            if (!settings.testDatasets().isEmpty()) {
                TokenFile test = TokenFile.open(directory, TEST, settings.groupSize());
                validation = Optional.of(
                        new PreparedDataset(test, ValidationSplit.all(test), new Origins(directory, TEST, testFiles)));
            } else if (settings.valSetSize() > 0) {
                int[] rows = TokenFile.readInts(directory.resolve(VALIDATION_ROWS));
                validation = Optional.of(new PreparedDataset(file, rows, origins));
                trainRows = ValidationSplit.without(file, rows);
            }
            int[] counts = TokenFile.readInts(directory.resolve(TRAIN + PARTS));
            PreparedDataset train =
                    new PreparedDataset(file, settings.mixing().order(trainRows, counts, settings.seed()), origins);
            return new PreparedData(
                    train,
                    validation,
                    entry.statistics(),
                    entry.testStatistics(),
                    packingEfficiency(train),
                    directory,
                    entry.reused());
        } catch (IOException e) {
            throw new UserException(directory + ": prepared data cannot be read: " + e.getMessage(), e);
        }
    }

    private DatasetStatistics write(
            Path directory, String name, String keyOfSources, List<DataSource> sources, RowFilter filter)
            throws IOException {
        try (TokenFile.Writer writer = new TokenFile.Writer(directory, name);
                Origins.Writer origins = new Origins.Writer(directory, name);
                RowReader reader = new RowReader()) {
            LengthPolicy policy = new LengthPolicy(settings, sources, tokenizer, (row, group) -> {
                group.forEach(writer::add);
                origins.add(row);
            });
            int[] counts = new int[sources.size()];
            for (int i = 0; i < counts.length; i++) {
                DataSource source = sources.get(i);
                int before = writer.size();
                long[] rows = {0};
                origins.begin(source.places());
                boolean any;
                RowEncoder.Sink sink = encoded -> {
                    if (filter.isNew(encoded.fingerprint())) {
                        policy.accept(encoded);
                        progress.rows(source.settings().path(), ++rows[0]);
                    }
                };
                try (RowEncoder encoder = new RowEncoder(settings.threads(), filter.needsFingerprints(), sink)) {
                    any = source.read(reader, settings.seed(), row -> encoder.add(row, source));
                    encoder.finish();
                }
                counts[i] = (writer.size() - before) / settings.groupSize();
                if (!any) {
                    throw source.hasNoRows(keyOfSources);
                }
            }
            policy.requireExamples(keyOfSources);
            TokenFile.writeInts(directory.resolve(name + PARTS), counts);
            return policy.statistics(filter.takeDuplicates());
        }
    }

    private OptionalDouble packingEfficiency(PreparedDataset train) {
        if (!settings.samplePacking()) {
            return OptionalDouble.empty();
        }
        BatchSettings packed = new BatchSettings(
                1,
                1,
                settings.groupSize() * settings.sequenceLen(),
                true,
                AXOLOTLS_BIN_SIZE,
                false,
                false,
                settings.seed());
        return OptionalDouble.of(BatchPlan.packingEfficiency(train.lengths(), packed));
    }
}
