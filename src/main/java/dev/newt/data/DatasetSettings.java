package dev.newt.data;

import dev.newt.data.source.DatasetRequest;
import dev.newt.data.source.Format;
import dev.newt.data.source.RepoChoice;
import dev.newt.data.source.Split;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code datasets} or {@code test_datasets}. Names are Axolotl's.
 *
 * @param path a file, a directory or a pattern
 * @param dataFiles files of the directory; empty for all
 * @param dsType format of the files where their names do not tell it
 * @param split which rows
 * @param type name of the prompt strategy; empty for rows that are tokens already
 * @param promptFormat the strategy where {@code type} is a mapping; then {@code type} is empty
 * @param field text column of {@code completion}
 * @param chat what {@code chat_template} reads and learns
 * @param info how LLaMA-Factory describes the rows; then {@code type} is not asked
 * @param shard the part that is read; empty for all
 * @param repo what of a repository on the hub
 */
public record DatasetSettings(
        String path,
        List<String> dataFiles,
        Optional<Format> dsType,
        Split split,
        Optional<String> type,
        Optional<PromptFormat> promptFormat,
        String field,
        ChatSettings chat,
        Optional<DatasetInfo> info,
        Optional<Shard> shard,
        RepoChoice repo) {
    /** All rows. */
    public DatasetSettings(
            String path,
            List<String> dataFiles,
            Optional<Format> dsType,
            Split split,
            Optional<String> type,
            Optional<PromptFormat> promptFormat,
            String field,
            ChatSettings chat) {
        this(
                path,
                dataFiles,
                dsType,
                split,
                type,
                promptFormat,
                field,
                chat,
                Optional.empty(),
                Optional.empty(),
                RepoChoice.DEFAULT);
    }

    /** The same, of a certain configuration and revision. */
    public DatasetSettings withRepo(RepoChoice choice) {
        return new DatasetSettings(
                path, dataFiles, dsType, split, type, promptFormat, field, chat, info, shard, choice);
    }

    /** The same, of other rows. */
    public DatasetSettings withSplit(Split rows) {
        return new DatasetSettings(path, dataFiles, dsType, rows, type, promptFormat, field, chat, info, shard, repo);
    }

    /** The same, read by a named strategy. */
    public DatasetSettings withType(String name) {
        return new DatasetSettings(
                path, dataFiles, dsType, split, Optional.of(name), Optional.empty(), field, chat, info, shard, repo);
    }

    /** Which files are asked for. */
    public DatasetRequest request() {
        return new DatasetRequest(path, dataFiles, dsType, split, repo);
    }

    /** The same, of which one part is read. */
    public DatasetSettings withShard(Shard part) {
        return new DatasetSettings(
                path, dataFiles, dsType, split, type, promptFormat, field, chat, info, Optional.of(part), repo);
    }

    /** The same, with the rows that an entry of dataset_info.json describes. */
    public DatasetSettings withInfo(DatasetInfo entry) {
        return new DatasetSettings(
                entry.path(),
                dataFiles,
                dsType,
                split,
                type,
                promptFormat,
                field,
                chat,
                Optional.of(entry),
                shard,
                repo);
    }

    /** A file, directory or pattern with a named strategy, the rest by default. */
    public static DatasetSettings of(String path, String type) {
        return new DatasetSettings(
                path,
                List.of(),
                Optional.empty(),
                Split.TRAIN,
                Optional.of(type),
                Optional.empty(),
                "text",
                ChatSettings.defaults());
    }
}
