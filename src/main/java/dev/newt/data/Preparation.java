package dev.newt.data;

import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.data.prompt.PromptStrategies;
import dev.newt.data.prompt.PromptStrategy;
import dev.newt.data.source.DataFile;
import dev.newt.data.source.DataFiles;
import dev.newt.data.source.RowReader;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/** From data files to tokens: reads, tokenises, masks, filters, splits, and keeps the result for the next run. */
public final class Preparation {
    static final String TRAIN = "train";
    private static final String TEST = "test";
    private static final String PARTS = ".parts";
    static final String VALIDATION_ROWS = "validation.rows";
    private static final int AXOLOTLS_BIN_SIZE = 200;

    private final DataSettings settings;
    private final Tokenizer tokenizer;
    private final Progress progress;

    private Preparation(DataSettings settings, Tokenizer tokenizer, Progress progress) {
        this.settings = settings;
        this.tokenizer = tokenizer;
        this.progress = progress;
    }

    /**
     * Prepares the data, or finds them prepared by an earlier run.
     *
     * @throws UserException if a file or row cannot be used, or nothing is left to learn
     */
    public static PreparedData prepare(DataSettings settings, Tokenizer tokenizer, Progress progress) {
        return new Preparation(settings, tokenizer, progress).prepare();
    }

    private PreparedData prepare() {
        List<List<DataFile>> train = find(settings.datasets());
        List<List<DataFile>> test = find(settings.testDatasets());
        // Wrong types and templates are found before anything is read.
        List<PromptStrategy> trainStrategies = strategies(settings.datasets());
        List<PromptStrategy> testStrategies = strategies(settings.testDatasets());
        List<List<DataFile>> all = new ArrayList<>(train);
        all.addAll(test);
        String key = PreparationKey.of(settings, all, tokenizer);
        RowFilter filter = new RowFilter(settings.datasetExactDeduplication(), settings.seed());
        PreparedCache.Entry entry = new PreparedCache(settings.datasetPreparedPath()).get(key, directory -> {
            tokenizer.expectManyTexts();
            DatasetStatistics statistics =
                    write(directory, TRAIN, "datasets", settings.datasets(), train, trainStrategies, filter);
            Optional<DatasetStatistics> testStatistics = Optional.empty();
            if (!test.isEmpty()) {
                testStatistics = Optional.of(
                        write(directory, TEST, "test_datasets", settings.testDatasets(), test, testStrategies, filter));
            } else if (settings.valSetSize() > 0) {
                int[] rows = ValidationSplit.choose(
                        TokenFile.open(directory, TRAIN), settings.valSetSize(), settings.seed());
                TokenFile.writeInts(directory.resolve(VALIDATION_ROWS), rows);
            }
            return new PreparedCache.Made(statistics, testStatistics);
        });
        return open(entry);
    }

    private PreparedData open(PreparedCache.Entry entry) {
        Path directory = entry.directory();
        try {
            TokenFile file = TokenFile.open(directory, TRAIN);
            int[] trainRows = ValidationSplit.all(file);
            Optional<PreparedDataset> validation = Optional.empty();
            if (!settings.testDatasets().isEmpty()) {
                TokenFile test = TokenFile.open(directory, TEST);
                validation = Optional.of(new PreparedDataset(test, ValidationSplit.all(test)));
            } else if (settings.valSetSize() > 0) {
                int[] rows = TokenFile.readInts(directory.resolve(VALIDATION_ROWS));
                validation = Optional.of(new PreparedDataset(file, rows));
                trainRows = ValidationSplit.without(file, rows);
            }
            int[] counts = TokenFile.readInts(directory.resolve(TRAIN + PARTS));
            PreparedDataset train =
                    new PreparedDataset(file, settings.mixing().order(trainRows, counts, settings.seed()));
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

    private List<List<DataFile>> find(List<DatasetSettings> datasets) {
        return datasets.stream()
                .map(dataset -> DataFiles.find(dataset.request(), settings.paths()))
                .toList();
    }

    private List<PromptStrategy> strategies(List<DatasetSettings> datasets) {
        return datasets.stream()
                .map(dataset ->
                        PromptStrategies.of(dataset, tokenizer, settings.trainOnInputs(), settings.sequenceLen()))
                .toList();
    }

    private DatasetStatistics write(
            Path directory,
            String name,
            String key,
            List<DatasetSettings> datasets,
            List<List<DataFile>> files,
            List<PromptStrategy> strategies,
            RowFilter filter)
            throws IOException {
        try (TokenFile.Writer writer = new TokenFile.Writer(directory, name);
                RowReader reader = new RowReader();
                RowEncoder encoder = new RowEncoder(settings.threads(), filter.needsFingerprints())) {
            LengthPolicy policy = new LengthPolicy(settings, endIds(datasets), writer::add);
            int[] counts = new int[datasets.size()];
            for (int i = 0; i < datasets.size(); i++) {
                String path = datasets.get(i).path();
                int before = writer.size();
                long[] rows = {0};
                long[] read = {0};
                BooleanSupplier shard = filter.shard(datasets.get(i));
                encoder.encode(
                        reader,
                        files.get(i),
                        datasets.get(i).split(),
                        strategies.get(i),
                        () -> {
                            read[0]++;
                            return shard.getAsBoolean();
                        },
                        encoded -> {
                            if (filter.isNew(encoded.fingerprint())) {
                                policy.accept(encoded);
                                progress.rows(path, ++rows[0]);
                            }
                        });
                counts[i] = writer.size() - before;
                if (read[0] == 0) {
                    throw new UserException(key + ": " + path + " has no rows"
                            + (files.get(i).size() == 1
                                    ? ""
                                    : " in its " + files.get(i).size() + " files") + ".");
                }
            }
            policy.requireExamples(key);
            TokenFile.writeInts(directory.resolve(name + PARTS), counts);
            return policy.statistics(filter.takeDuplicates());
        }
    }

    private Set<Integer> endIds(List<DatasetSettings> datasets) {
        Set<Integer> ids = new TreeSet<>();
        tokenizer.eosId().ifPresent(ids::add);
        datasets.stream()
                .flatMap(dataset -> dataset.chat().eotTokens().stream())
                .forEach(token -> tokenizer.idOf(token).ifPresent(ids::add));
        return ids;
    }

    private OptionalDouble packingEfficiency(PreparedDataset train) {
        if (!settings.samplePacking()) {
            return OptionalDouble.empty();
        }
        BatchSettings packed =
                new BatchSettings(1, 1, settings.sequenceLen(), true, AXOLOTLS_BIN_SIZE, false, false, settings.seed());
        return new BatchPlan(train.lengths(), packed).packingEfficiency();
    }
}
