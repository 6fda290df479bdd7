package dev.newt.data.dataset;

import dev.newt.io.UserException;
import dev.newt.rows.Split;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of LLaMA-Factory's {@code dataset_info.json}: where rows lie and what their columns are called. A data set's path names it as
 * {@code folder/dataset_info.json#entry}.
 *
 * @param origin file and name of the entry, for messages
 * @param path of the rows: a file beside dataset_info.json, an address, or a name on the hub
 * @param part of what lies there that is meant
 * @param sharegpt whether the rows are conversations; else they are instructions
 * @param preference what is trained on the rows, where they hold judged answers
 * @param columns from LLaMA-Factory's name of a column to the rows', with its defaults
 * @param tags the same for what a message says of its role
 */
public record DatasetInfo(
        String origin,
        String path,
        Part part,
        boolean sharegpt,
        Optional<PreferenceKind> preference,
        Map<String, String> columns,
        Map<String, String> tags) {
    private static final Pattern REFERENCE = Pattern.compile("(.*dataset_info[^/#]*\\.json)#(.+)");

    /**
     * What is meant of a place with rows.
     *
     * @param subset configuration of a repository
     * @param folder of a repository, to which its files are confined
     * @param split which rows
     * @param numSamples so many rows are chosen at random; where there are fewer, some come again
     */
    public record Part(
            Optional<String> subset, Optional<String> folder, Optional<Split> split, Optional<Integer> numSamples) {
        /** Whether not every row is meant exactly once. */
        public boolean choosesRows() {
            return numSamples.isPresent()
                    || split.filter(rows -> !rows.isWhole()).isPresent();
        }
    }

    public DatasetInfo {
        // Sorted, so that equal entries print alike: prepared data are found by what they print.
        columns = Collections.unmodifiableMap(new TreeMap<>(columns));
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    /** The rows' name of a column; empty where the entry does not name it. */
    public Optional<String> column(String name) {
        return Optional.ofNullable(columns.get(name));
    }

    /** What the rows write for a tag. */
    public String tag(String name) {
        return tags.get(name);
    }

    /**
     * This entry, for training on answers as they are.
     *
     * @throws UserException if its answers were judged, which is for objectives over preferences
     */
    public DatasetInfo supervised() {
        if (preference.isPresent()) {
            boolean verdicts = preference.get() == PreferenceKind.KTO;
            throw new UserException(origin + ": holds "
                    + (verdicts
                            ? "answers with verdicts (kto_tag), for which there is no objective yet"
                            : "ranked answers (ranking: true), which are for rl: dpo")
                    + ". For supervised training on the good answers alone, write an entry that names their column as"
                    + " response.");
        }
        return this;
    }

    /**
     * This entry, for training on judged answers.
     *
     * @throws UserException if it holds another kind of judgements, or none
     */
    public DatasetInfo judged(PreferenceKind kind) {
        // Reward models are trained on pairs too.
        PreferenceKind rows = kind == PreferenceKind.REWARD ? PreferenceKind.PAIR : kind;
        if (!preference.equals(Optional.of(rows))) {
            throw new UserException(origin + ": "
                    + switch (rows) {
                        case PAIR, REWARD -> "needs ranking: true, and the columns chosen and rejected.";
                        case KTO -> "needs the column kto_tag, with true or false for each row's answer.";
                        case STEPWISE -> "cannot hold steps with verdicts; name the file itself, with type:"
                                + " stepwise_supervised.";
                    });
        }
        return this;
    }

    /** Whether the rows are running text without answers, as LLaMA-Factory's pre-training reads it. */
    public boolean isText() {
        return !sharegpt && preference.isEmpty() && column("response").isEmpty();
    }

    /** The same, wherever it stands: what is left decides what its rows become. */
    DatasetInfo placeless() {
        Part rows = new Part(Optional.empty(), Optional.empty(), Optional.empty(), part.numSamples());
        return new DatasetInfo("", "", rows, sharegpt, preference, columns, tags);
    }

    /**
     * The entry that a path names; empty for paths that name none.
     *
     * @param paths from a path as written to where it is
     * @throws UserException if the file or the entry is not there, or cannot be used
     */
    public static Optional<DatasetInfo> find(String path, Function<String, Path> paths) {
        Matcher reference = REFERENCE.matcher(path);
        return reference.matches()
                ? Optional.of(DatasetInfoReader.read(paths.apply(reference.group(1)), reference.group(2)))
                : Optional.empty();
    }
}
