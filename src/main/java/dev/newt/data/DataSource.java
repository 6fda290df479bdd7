package dev.newt.data;

import dev.newt.data.prompt.PromptStrategies;
import dev.newt.data.prompt.PromptStrategy;
import dev.newt.data.source.DataFile;
import dev.newt.data.source.DataFiles;
import dev.newt.data.token.Tokenizer;
import dev.newt.io.UserException;
import java.util.List;

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
                        DataFiles.find(dataset.request(), settings.paths()),
                        PromptStrategies.of(dataset, tokenizer, settings.trainOnInputs(), settings.sequenceLen())))
                .toList();
    }

    /** @param key under which the data set is configured */
    UserException hasNoRows(String key) {
        return new UserException(key + ": " + settings.path() + " has no rows"
                + (files.size() == 1 ? "" : " in its " + files.size() + " files") + ".");
    }
}
