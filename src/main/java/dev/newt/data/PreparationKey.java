package dev.newt.data;

import dev.newt.data.dataset.DatasetSettings;
import dev.newt.io.Sha256;
import dev.newt.io.UserException;
import dev.newt.rows.DataFile;
import dev.newt.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;

/** Names prepared data by all that they depend on. */
final class PreparationKey {
    /** To be raised with every change of code that gives other tokens, masks or files. */
    private static final int VERSION = 5;

    private PreparationKey() {}

    /** By the content of the files. */
    static String of(DataSettings settings, List<List<DataFile>> files, Tokenizer tokenizer) {
        ContentHashes contents = new ContentHashes(settings.datasetPreparedPath());
        Sha256 hash = settingsHash(settings, tokenizer);
        for (List<DataFile> ofDataset : files) {
            hash.add(String.valueOf(ofDataset.size()));
            for (DataFile file : ofDataset) {
                hash.add(file.format().toString()).add(contents.of(file.path()));
            }
        }
        return name(hash);
    }

    /** By the files' names and sizes: to read all of their content first is what streaming is to save. */
    static String ofStream(DataSettings settings, List<DataSource> sources, Tokenizer tokenizer) {
        Sha256 hash = settingsHash(settings, tokenizer).add(settings.mixing().toString());
        for (DataSource source : sources) {
            for (DataFile file : source.files()) {
                hash.add(file.path().getFileName().toString()).add(String.valueOf(size(file)));
            }
            hash.add("");
        }
        return name(hash);
    }

    private static long size(DataFile file) {
        try {
            return Files.size(file.path());
        } catch (IOException e) {
            throw new UserException(file.path() + ": does not exist or cannot be read.", e);
        }
    }

    private static Sha256 settingsHash(DataSettings settings, Tokenizer tokenizer) {
        Sha256 hash = new Sha256()
                .add("newt prepared data " + VERSION)
                .add(tokenizer.contentHash())
                .add(tokenizer.chatTemplate().orElse(""))
                .add(text(settings.datasets()))
                .add(text(settings.testDatasets()))
                .add(List.of(
                                settings.valSetSize(),
                                settings.trainOnInputs(),
                                settings.sequenceLen(),
                                settings.minSampleLen(),
                                settings.excessLengthStrategy(),
                                settings.seed(),
                                settings.datasetExactDeduplication())
                        .toString());
        settings.preference().ifPresent(kind -> hash.add(kind.name()));
        return hash;
    }

    private static String name(Sha256 hash) {
        return hash.hex().substring(0, 32);
    }

    /** A settings' text without the places of its files: what counts is what they hold. */
    private static String text(List<DatasetSettings> datasets) {
        return datasets.stream().map(DatasetSettings::placeless).toList().toString();
    }
}
