package dev.newt.data;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.data.dataset.Shard;
import dev.newt.data.preference.PairPrompts;
import dev.newt.data.prompt.PromptStrategies;
import dev.newt.data.prompt.PromptStrategy;
import dev.newt.io.UserException;
import dev.newt.rows.DataFile;
import dev.newt.rows.DataFiles;
import dev.newt.rows.RawRow;
import dev.newt.rows.RowReader;
import dev.newt.token.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** One data set: what is asked of it, the files that hold it, and how its rows become examples. */
record DataSource(DatasetSettings settings, List<DataFile> files, PromptStrategy strategy) {
    /**
     * Finds the files of data sets.
     *
     * @throws UserException if there are none, or a type or template cannot be used: before anything is read
     */
    static List<DataSource> find(List<DatasetSettings> datasets, DataSettings settings, Tokenizer tokenizer) {
        return datasets.stream()
                .map(dataset -> new DataSource(
                        dataset,
                        dataset.synthetic().isPresent()
                                ? List.of()
                                : DataFiles.find(dataset.request(), settings.paths()),
                        strategy(dataset, settings, tokenizer)))
                .toList();
    }

    private static PromptStrategy strategy(DatasetSettings dataset, DataSettings settings, Tokenizer tokenizer) {
        return settings.preference()
                .<PromptStrategy>map(kind -> PairPrompts.of(kind, dataset, tokenizer))
                .orElseGet(() ->
                        PromptStrategies.of(dataset, tokenizer, settings.trainOnInputs(), settings.sequenceLen()));
    }

    /** @param key under which the data set is configured */
    UserException hasNoRows(String key) {
        return new UserException(key + ": " + settings.path() + " has no rows"
                + (files.size() == 1 ? "" : " in its " + files.size() + " files") + ".");
    }

    /** The files as the rows name them. */
    List<Path> places() {
        return settings.synthetic().isPresent()
                ? List.of(Path.of(settings.path()))
                : files.stream().map(DataFile::path).toList();
    }

    /**
     * Hands on the rows that are used, one after the other: those of the split, of them a random sample where one is wanted, and of that the
     * shard. A row that is drawn again comes again.
     *
     * @return whether the data set has any row, used or not
     */
    boolean read(RowReader reader, long seed, Consumer<RawRow> used) {
        Optional<RowSample> sample = settings.info()
                .flatMap(info -> info.part().numSamples())
                .map(wanted -> new RowSample(wanted, reader.count(files, settings.split()), seed));
        BooleanSupplier shard = Shard.rows(settings.shard(), seed);
        boolean[] any = {false};
        read(reader, row -> {
            any[0] = true;
            int times = sample.map(RowSample::times).orElse(1);
            for (int i = 0; i < times; i++) {
                if (shard.getAsBoolean()) {
                    used.accept(row);
                }
            }
        });
        return any[0];
    }

    private void read(RowReader reader, Consumer<RawRow> rows) {
        if (settings.synthetic().isPresent()) {
            settings.synthetic().get().read(Path.of(settings.path()), rows);
        } else {
            reader.readRaw(files, settings.split(), rows);
        }
    }
}
