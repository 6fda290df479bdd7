package dev.newt.data;

import dev.newt.data.source.DataFile;
import dev.newt.data.source.RepoChoice;
import dev.newt.data.token.Tokenizer;
import java.util.List;

/** Names prepared data by all that they depend on. */
final class PreparationKey {
    /** To be raised with every change of code that gives other tokens, masks or files. */
    private static final int VERSION = 3;

    private PreparationKey() {}

    static String of(DataSettings settings, List<List<DataFile>> files, Tokenizer tokenizer) {
        ContentHashes contents = new ContentHashes(settings.datasetPreparedPath());
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
        for (List<DataFile> ofDataset : files) {
            hash.add(String.valueOf(ofDataset.size()));
            for (DataFile file : ofDataset) {
                hash.add(file.format().toString()).add(contents.of(file.path()));
            }
        }
        return hash.hex().substring(0, 32);
    }

    private static DatasetInfo placeless(DatasetInfo info) {
        return new DatasetInfo("", info.sharegpt(), info.columns(), info.tags());
    }

    /** A settings' text without the places of its files: what counts is what they hold. */
    private static String text(List<DatasetSettings> datasets) {
        return datasets.stream()
                .map(d -> new DatasetSettings(
                        "",
                        List.of(),
                        d.dsType(),
                        d.split(),
                        d.type(),
                        d.promptFormat(),
                        d.field(),
                        d.chat(),
                        d.info().map(PreparationKey::placeless),
                        d.shard(),
                        RepoChoice.DEFAULT))
                .toList()
                .toString();
    }
}
