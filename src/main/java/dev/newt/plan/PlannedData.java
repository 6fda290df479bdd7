package dev.newt.plan;

import dev.newt.config.DataConfig;
import dev.newt.config.DatasetConfig;
import dev.newt.config.LoadedConfig;
import dev.newt.config.TextOrList;
import dev.newt.config.TrainingConfig;
import dev.newt.data.DatasetInfo;
import dev.newt.data.source.DataFile;
import dev.newt.data.source.DataFiles;
import dev.newt.data.source.Format;
import dev.newt.data.source.Split;
import dev.newt.io.UserException;
import dev.newt.plan.ExecutionPlan.Batch;
import dev.newt.plan.ExecutionPlan.Data;
import dev.newt.plan.ExecutionPlan.Steps;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The files of a configuration's data sets, and what their rows say about the run's length. */
final class PlannedData {
    private final LoadedConfig loaded;
    private final List<UserException> errors = new ArrayList<>();
    private final List<List<DataFile>> train;
    private final List<List<DataFile>> test;

    PlannedData(LoadedConfig loaded) {
        this.loaded = loaded;
        checkTemplate();
        this.train = find("datasets", loaded.config().data().datasets());
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

    Data files() {
        return new Data(paths(train), paths(test), loaded.config().data().valSetSize());
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
            split.flatMap(of -> attempt(path + ".path", () -> find(set, of))).ifPresent(files::add);
        }
        return files;
    }

    private List<DataFile> find(DatasetConfig set, Split split) {
        return DataFiles.find(
                DatasetInfo.find(set.path(), loaded.paths()::find)
                        .map(DatasetInfo::path)
                        .orElse(set.path()),
                set.dataFiles().map(TextOrList::all).orElse(List.of()),
                set.dsType().map(type -> Format.named(type.text())),
                split,
                loaded.paths()::find);
    }

    private <T> Optional<T> attempt(String key, Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (UserException e) {
            errors.add(loaded.error(key, e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * Without {@code max_steps} an upper bound: rows that are too long may be dropped, and packing joins short ones. Rows of running text are
     * cut into pieces, whose number only the tokenizer knows.
     */
    Steps steps(Batch batch) {
        TrainingConfig training = loaded.config().training();
        Warmup warmup = Planner.warmup(training);
        Optional<Long> rows = trainRows();
        Optional<Long> most = rows.filter(count -> !cutsRows()).map(count -> {
            long microBatches = ceilDiv(count, batch.microBatchSize());
            return (long) Math.ceil(training.numEpochs() * ceilDiv(microBatches, batch.accumulation()));
        });
        Optional<Long> total = training.maxSteps().map(Integer::longValue).or(() -> most);
        String certainty = training.maxSteps().isPresent() ? "exact" : total.isPresent() ? "at most" : "unknown";
        return new Steps(total, certainty, rows, training.numEpochs(), training.maxSteps(), warmup);
    }

    private boolean cutsRows() {
        return loaded.config().data().datasets().stream().anyMatch(set -> set.type()
                .flatMap(type -> type.name())
                .filter("completion"::equals)
                .isPresent());
    }

    /** Rows left for training after those set aside. */
    private Optional<Long> trainRows() {
        boolean parts = loaded.config().data().datasets().stream()
                .anyMatch(
                        set -> set.split().filter(split -> split.contains("[")).isPresent());
        if (parts) {
            return Optional.empty();
        }
        long rows = 0;
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
