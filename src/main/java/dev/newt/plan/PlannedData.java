package dev.newt.plan;

import dev.newt.config.DataConfig;
import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.MixStrategy;
import dev.newt.config.StreamingConfig;
import dev.newt.config.TrainingConfig;
import dev.newt.data.PreparedSummary;
import dev.newt.data.dataset.DatasetInfo;
import dev.newt.data.pack.BatchPlan;
import dev.newt.data.pack.BatchSettings;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Data;
import dev.newt.plan.ExecutionPlan.Steps;
import dev.newt.plan.ExecutionPlan.Tokens;
import dev.newt.rows.DataFile;
import dev.newt.rows.DataFiles;
import dev.newt.rows.NotFetchedException;
import dev.newt.rows.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The files of a configuration's data sets, and what their rows say about the run's length. */
final class PlannedData {
    /** Types that make several examples of a long row. */
    private static final Set<String> CUTTING_TYPES = Set.of("completion", "pretrain");

    private final LoadedConfig loaded;
    private final List<UserException> errors = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<List<DataFile>> train;
    private final List<List<DataFile>> test;

    PlannedData(LoadedConfig loaded) {
        this.loaded = loaded;
        checkTemplate();
        this.train = find(loaded.config().trainingDatasetsKey(), loaded.config().trainingDatasets());
        this.test = find("test_datasets", loaded.config().data().testDatasets());
    }

    private void checkTemplate() {
        DataConfig data = loaded.config().data();
        ConfiguredTemplate.problem(loaded, "", data.chatTemplate(), data.chatTemplateJinja())
                .ifPresent(errors::add);
    }

    /** One for each data set that cannot be found. */
    List<UserException> errors() {
        return List.copyOf(errors);
    }

    /** One for each data set that has to be fetched first. */
    List<String> remarks() {
        return List.copyOf(remarks);
    }

    /** All files that were found, those of tests too. */
    List<Path> paths() {
        return Stream.concat(train.stream(), test.stream())
                .flatMap(List::stream)
                .map(DataFile::path)
                .toList();
    }

    Data files() {
        return new Data(
                paths(train),
                paths(test),
                loaded.config().data().valSetSize(),
                loaded.config().streaming().inUse().map(StreamingConfig::windowRows));
    }

    private static List<String> paths(List<List<DataFile>> sets) {
        return sets.stream()
                .flatMap(List::stream)
                .map(file -> file.path().toString())
                .toList();
    }

    private List<List<DataFile>> find(String key, List<DatasetConfig> sets) {
        List<List<DataFile>> files = new ArrayList<>();
        for (int i = 0; i < sets.size(); i++) {
            DatasetConfig set = sets.get(i);
            String path = key + "[" + i + "]";
            Optional<Split> split =
                    attempt(path + ".split", () -> set.split().map(Split::parse).orElse(Split.TRAIN));
            ConfiguredTemplate.problem(loaded, path + ".", set.chatTemplate(), set.chatTemplateJinja())
                    .ifPresent(errors::add);
            split.flatMap(unused -> attempt(path + ".path", () -> find(path, set)))
                    .ifPresent(files::add);
        }
        return files;
    }

    private List<DataFile> find(String key, DatasetConfig set) {
        if (set.isSynthetic()) {
            return List.of();
        }
        try {
            return DataFiles.find(ConfiguredDataset.request(loaded, set), loaded.paths()::find);
        } catch (NotFetchedException e) {
            remarks.add(key + ".path: " + e.what()
                    + " is not here; train and preprocess fetch it. Till then its rows are not known");
            return List.of();
        }
    }

    private <T> Optional<T> attempt(String key, Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (UserException e) {
            errors.add(loaded.error(key, e.getMessage()));
            return Optional.empty();
        }
    }

    /** Exact where the data are prepared. Else from the rows, or with packing from the size of the files: see {@link Steps#certainty}. */
    Steps steps(Batch batch) {
        Optional<PreparedSummary> prepared = loaded.config().streaming().isOn()
                ? Optional.empty()
                : PreparedLink.find(loaded, files()).filter(summary -> summary.lengths().length > 0);
        Optional<Long> rows =
                prepared.map(summary -> (long) summary.lengths().length).or(this::trainRows);
        Optional<Tokens> tokens = prepared.map(summary -> new Tokens(summary.tokens(), true))
                .or(() -> isHere() && !interleaves()
                        ? TokenCount.ofSizes(train, valSetShare())
                                .map(count -> new Tokens(count + syntheticTokens(), false))
                        : Optional.empty());
        Optional<Long> perEpoch = prepared.map(summary -> stepsPerEpoch(summary.lengths()))
                .or(() -> rows.filter(count -> !joinsOrCutsRows(batch))
                        .map(count -> ceilDiv(ceilDiv(count, batch.microBatchSize()), batch.accumulation())))
                .or(() -> tokens.map(count -> ceilDiv(Math.max(1, count.count()), batch.tokensPerStep())));
        TrainingConfig training = loaded.config().training();
        Optional<Long> total = training.maxSteps()
                .map(Integer::longValue)
                .or(() -> perEpoch.map(steps -> (long) Math.ceil(training.numEpochs() * steps)));
        return new Steps(
                total,
                certainty(training, prepared.isPresent(), total.isPresent(), batch),
                rows,
                tokens,
                training.numEpochs(),
                training.maxSteps(),
                Planner.warmup(training));
    }

    private String certainty(TrainingConfig training, boolean prepared, boolean known, Batch batch) {
        if (training.maxSteps().isPresent() || prepared) {
            return "exact";
        }
        // Rows that are too long may be dropped.
        return !known ? "unknown" : joinsOrCutsRows(batch) || trainRows().isEmpty() ? "about" : "at most";
    }

    private long stepsPerEpoch(int[] lengths) {
        BatchSettings settings = PlannedBatches.training(loaded.config());
        return new BatchPlan(lengths, settings).stepsPerEpoch();
    }

    /** Whether all training data were fetched, or need no files. */
    private boolean isHere() {
        return train.stream().filter(List::isEmpty).count()
                == loaded.config().trainingDatasets().stream()
                        .filter(DatasetConfig::isSynthetic)
                        .count();
    }

    private long syntheticTokens() {
        return Math.round((1 - valSetShare())
                * loaded.config().trainingDatasets().stream()
                        .mapToLong(set -> (long) set.syntheticRows()
                                * set.syntheticLength(loaded.config().data()))
                        .sum());
    }

    /** Steps do not follow from the number of rows. */
    private boolean joinsOrCutsRows(Batch batch) {
        return batch.packing() || cutsRows();
    }

    /** An epoch is another number of rows than there are. */
    private boolean interleaves() {
        return loaded.config().data().mixStrategy() != MixStrategy.CONCAT;
    }

    private double valSetShare() {
        double aside = loaded.config().data().valSetSize();
        return aside < 1 ? aside : 0;
    }

    private boolean cutsRows() {
        return loaded.config().trainingDatasets().stream().anyMatch(set -> set.type()
                        .flatMap(type -> type.name())
                        .filter(CUTTING_TYPES::contains)
                        .isPresent())
                || entries().anyMatch(DatasetInfo::isText);
    }

    private Stream<DatasetInfo> entries() {
        return loaded.config().trainingDatasets().stream().flatMap(set -> ConfiguredDataset.info(loaded, set).stream());
    }

    /** Rows left for training after those set aside. */
    private Optional<Long> trainRows() {
        boolean parts = loaded.config().trainingDatasets().stream()
                .anyMatch(set -> set.skip().isPresent()
                        || set.split().filter(split -> split.contains("[")).isPresent());
        boolean samples = entries().anyMatch(info -> info.part().choosesRows());
        if (parts || samples || interleaves() || !isHere()) {
            return Optional.empty();
        }
        long rows = loaded.config().trainingDatasets().stream()
                .mapToLong(DatasetConfig::syntheticRows)
                .sum();
        for (List<DataFile> files : train) {
            Optional<Long> count = RowCount.of(files);
            if (count.isEmpty()) {
                return count;
            }
            rows += count.get();
        }
        double aside = loaded.config().data().valSetSize();
        long kept = rows - (long) Math.ceil(aside < 1 ? aside * rows : aside);
        return Optional.of(Math.max(0, kept));
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }
}
