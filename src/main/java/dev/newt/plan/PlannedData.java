package dev.newt.plan;

import dev.newt.data.Mixing;
import dev.newt.data.PreparedSummary;
import dev.newt.data.dataset.DatasetInfo;
import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Synthetic;
import dev.newt.data.pack.BatchPlan;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Data;
import dev.newt.plan.ExecutionPlan.Steps;
import dev.newt.plan.ExecutionPlan.Tokens;
import dev.newt.rows.DataFile;
import dev.newt.train.TrainSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the files of a run's data sets say about its length. */
final class PlannedData {
    /** Types that make several examples of a long row. */
    private static final Set<String> CUTTING_TYPES = Set.of("completion", "pretrain");

    private final RunSettings settings;
    private final List<DatasetSettings> sets;
    private final List<List<DataFile>> train;
    private final List<List<DataFile>> test;

    PlannedData(RunSettings settings, DataSetFiles files) {
        this.settings = settings;
        this.sets = settings.data().datasets();
        this.train = files.train();
        this.test = files.test();
    }

    Data files() {
        return new Data(
                paths(train),
                paths(test),
                settings.data().valSetSize(),
                settings.streaming().map(RunSettings.Streaming::windowRows));
    }

    private static List<String> paths(List<List<DataFile>> sets) {
        return sets.stream()
                .flatMap(List::stream)
                .map(file -> file.path().toString())
                .toList();
    }

    /** Exact where the data are prepared. Else from the rows, or with packing from the size of the files: see {@link Steps#certainty}. */
    Steps steps(Batch batch) {
        Optional<PreparedSummary> prepared = settings.streaming().isPresent()
                ? Optional.empty()
                : PreparedLink.find(settings, files()).filter(summary -> summary.lengths().length > 0);
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
        RunSettings.Length length = settings.length();
        Optional<Long> total = length.maxSteps()
                .map(Integer::longValue)
                .or(() -> perEpoch.map(steps -> TrainSettings.steps(length.epochs(), steps)));
        return new Steps(
                total,
                certainty(prepared.isPresent(), total.isPresent(), batch),
                rows,
                tokens,
                length.epochs(),
                length.maxSteps(),
                settings.learningRate().warmup());
    }

    /** As {@link #steps}, with nothing read to find them. */
    Steps uncountedSteps() {
        RunSettings.Length length = settings.length();
        return new Steps(
                length.maxSteps().map(Integer::longValue),
                length.maxSteps().isPresent() ? "exact" : "unknown",
                Optional.empty(),
                Optional.empty(),
                length.epochs(),
                length.maxSteps(),
                settings.learningRate().warmup());
    }

    private String certainty(boolean prepared, boolean known, Batch batch) {
        if (settings.length().maxSteps().isPresent() || prepared) {
            return "exact";
        }
        // Rows that are too long may be dropped.
        return !known ? "unknown" : joinsOrCutsRows(batch) || trainRows().isEmpty() ? "about" : "at most";
    }

    private long stepsPerEpoch(int[] lengths) {
        return new BatchPlan(lengths, settings.batches()).stepsPerEpoch();
    }

    /** Whether all training data were fetched, or need no files. */
    private boolean isHere() {
        return train.stream().filter(List::isEmpty).count()
                == sets.stream().filter(set -> set.synthetic().isPresent()).count();
    }

    private long syntheticTokens() {
        return Math.round((1 - valSetShare())
                * synthetic()
                        .mapToLong(rows -> (long) rows.length() * rows.sequenceLength())
                        .sum());
    }

    private Stream<Synthetic> synthetic() {
        return sets.stream().flatMap(set -> set.synthetic().stream());
    }

    /** Steps do not follow from the number of rows. */
    private boolean joinsOrCutsRows(Batch batch) {
        return batch.packing() || cutsRows();
    }

    /** An epoch is another number of rows than there are. */
    private boolean interleaves() {
        return settings.data().mixing().strategy() != Mixing.Strategy.CONCAT;
    }

    private double valSetShare() {
        double aside = settings.data().valSetSize();
        return aside < 1 ? aside : 0;
    }

    private boolean cutsRows() {
        return sets.stream()
                        .anyMatch(set ->
                                set.type().filter(CUTTING_TYPES::contains).isPresent())
                || entries().anyMatch(DatasetInfo::isText);
    }

    private Stream<DatasetInfo> entries() {
        return sets.stream().flatMap(set -> set.info().stream());
    }

    /** Rows left for training after those set aside. */
    private Optional<Long> trainRows() {
        boolean parts = sets.stream().anyMatch(set -> !set.split().isWhole());
        boolean samples = entries().anyMatch(info -> info.part().choosesRows());
        if (parts || samples || interleaves() || !isHere()) {
            return Optional.empty();
        }
        long rows = synthetic().mapToLong(Synthetic::length).sum();
        for (List<DataFile> files : train) {
            Optional<Long> count = RowCount.of(files);
            if (count.isEmpty()) {
                return count;
            }
            rows += count.get();
        }
        double aside = settings.data().valSetSize();
        long kept = rows - (long) Math.ceil(aside < 1 ? aside * rows : aside);
        return Optional.of(Math.max(0, kept));
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }
}
