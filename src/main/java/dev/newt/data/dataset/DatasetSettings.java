package dev.newt.data.dataset;

import dev.newt.rows.DatasetRequest;
import dev.newt.rows.RepoChoice;
import dev.newt.rows.Split;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code datasets} or {@code test_datasets}. Names are Axolotl's.
 *
 * @param request which files, and which rows of them
 * @param type name of the prompt strategy; empty for rows that are tokens already
 * @param promptFormat the strategy where {@code type} is a mapping; then {@code type} is empty. Preference data always have one, for the
 *     names of their fields
 * @param field text column of {@code completion}
 * @param chat which parts of a conversation {@code chat_template} reads and trains
 * @param info how LLaMA-Factory describes the rows; then {@code type} is not asked
 * @param shard the part that is read; empty for all
 * @param synthetic rows of type {@code _synthetic}; then there are no files
 */
public record DatasetSettings(
        DatasetRequest request,
        Optional<String> type,
        Optional<RowFormat> promptFormat,
        String field,
        ChatSettings chat,
        Optional<DatasetInfo> info,
        Optional<Shard> shard,
        Optional<Synthetic> synthetic) {
    /** A file, directory or pattern with a named strategy, the rest by default. */
    public static DatasetSettings of(String path, String type) {
        return new DatasetSettings(
                new DatasetRequest(path, List.of(), Optional.empty(), Split.TRAIN, RepoChoice.DEFAULT),
                Optional.of(type),
                Optional.empty(),
                "text",
                ChatSettings.defaults(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** Where the rows are, as it was written. */
    public String path() {
        return request.path();
    }

    /** Which of the rows. */
    public Split split() {
        return request.split();
    }

    /** The same, of other rows. */
    public DatasetSettings withSplit(Split rows) {
        return new DatasetSettings(
                new DatasetRequest(request.path(), request.dataFiles(), request.dsType(), rows, request.repo()),
                type,
                promptFormat,
                field,
                chat,
                info,
                shard,
                synthetic);
    }

    /** The same, read by a named strategy. */
    public DatasetSettings withType(String name) {
        return new DatasetSettings(request, Optional.of(name), Optional.empty(), field, chat, info, shard, synthetic);
    }

    /** The same, with rows that an entry of dataset_info.json describes. */
    public DatasetSettings withInfo(DatasetInfo entry) {
        return new DatasetSettings(request, type, promptFormat, field, chat, Optional.of(entry), shard, synthetic);
    }

    /** The same, with rows that are made and not read. */
    public DatasetSettings withSynthetic(Synthetic rows) {
        return new DatasetSettings(request, type, promptFormat, field, chat, info, shard, Optional.of(rows));
    }

    /** The same, of which one part is read. */
    public DatasetSettings withShard(Shard part) {
        return new DatasetSettings(request, type, promptFormat, field, chat, info, Optional.of(part), synthetic);
    }

    /** The same, wherever the rows lie. */
    public DatasetSettings placeless() {
        return new DatasetSettings(
                new DatasetRequest("", List.of(), request.dsType(), request.split(), RepoChoice.DEFAULT),
                type,
                promptFormat,
                field,
                chat,
                info.map(DatasetInfo::placeless),
                shard,
                synthetic);
    }
}
