package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.RowFinding;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Decides which examples are kept, and counts. Examples that belong together are kept or left out together, and count once: a pair of which
 * one answer is too long is one that is too long. For one thread.
 */
final class LengthPolicy {
    private final DataSettings settings;
    private final BiConsumer<Row, List<Example>> kept;
    private long rows;
    private long examples;
    private long tooLong;
    private long truncated;
    private long tooShort;
    private long untrained;
    private long empty;
    private long tokens;
    private long trainedTokens;
    private int longest;
    private int longestSeen;
    private final DetailCounter details;
    private final EndCounter ends;

    /**
     * @param sources data sets that the rows are of
     * @param kept takes the groups of examples that are kept, with the rows that they came of
     */
    LengthPolicy(
            DataSettings settings, List<DataSource> sources, Tokenizer tokenizer, BiConsumer<Row, List<Example>> kept) {
        this.settings = settings;
        this.ends = new EndCounter(sources, tokenizer);
        this.details = new DetailCounter(settings.sequenceLen());
        this.kept = kept;
    }

    void accept(RowEncoder.Encoded encoded) {
        Row row = encoded.row();
        List<Example> ofRow = encoded.examples();
        rows++;
        encoded.findings().forEach(finding -> details.found(row, finding));
        if (ofRow.isEmpty()) {
            empty++;
        }
        int size = settings.groupSize();
        for (int i = 0; i < ofRow.size(); i += size) {
            accept(encoded, ofRow.subList(i, i + size));
        }
        if (!ofRow.isEmpty() && ends.isMissing(encoded.ending(), ofRow.get(ofRow.size() - 1))) {
            details.found(row, RowFinding.ENDS_BEFORE_EOS);
        }
    }

    private void accept(RowEncoder.Encoded encoded, List<Example> given) {
        Row row = encoded.row();
        for (Example example : given) {
            longestSeen = Math.max(longestSeen, example.length());
            details.seen(row, example.length());
        }
        Optional<List<Example>> fitting = fitting(row, given);
        if (fitting.isEmpty()) {
            tooLong++;
            return;
        }
        List<Example> group = List.copyOf(fitting.get());
        if (group.stream().anyMatch(example -> example.length() < settings.minSampleLen())) {
            tooShort++;
        } else if (group.stream().anyMatch(example -> example.trainedTokens() == 0)) {
            untrained++;
            boolean whole = given.stream().allMatch(example -> example.trainedTokens() > 0);
            details.found(row, whole ? RowFinding.CUT_BEFORE_TRAINED : RowFinding.TRAINS_NOTHING);
        } else {
            examples++;
            for (int i = 0; i < group.size(); i++) {
                count(encoded, given.get(i), group.get(i));
            }
            kept.accept(row, group);
        }
    }

    /** The group with what is left of examples that are too long; empty where it is left out for them. */
    private Optional<List<Example>> fitting(Row row, List<Example> group) {
        int most = settings.sequenceLen();
        Optional<Example> tooLongOne =
                group.stream().filter(example -> example.length() > most).findFirst();
        if (tooLongOne.isEmpty()) {
            return Optional.of(group);
        }
        switch (settings.excessLengthStrategy()) {
            case DROP -> {
                return Optional.empty();
            }
            case TRUNCATE -> {
                truncated++;
                return Optional.of(group.stream()
                        .map(example -> example.length() <= most
                                ? example
                                : new Example(
                                        Arrays.copyOf(example.tokenIds(), most),
                                        Arrays.copyOf(example.trained(), most)))
                        .toList());
            }
            case RAISE -> throw row.error("has " + tooLongOne.get().length() + " tokens, but sequence_len is " + most
                    + ". Raise sequence_len, or set excess_length_strategy to drop or truncate.");
        }
        throw new IllegalStateException("a strategy has no case");
    }

    private void count(RowEncoder.Encoded encoded, Example given, Example example) {
        int trained = example.trainedTokens();
        tokens += example.length();
        trainedTokens += trained;
        longest = Math.max(longest, example.length());
        details.kept(encoded.row(), example, trained);
        ends.kept(encoded, given, example);
    }

    /** @param duplicates rows that never came here because they equal earlier ones */
    DatasetStatistics statistics(long duplicates) {
        return new DatasetStatistics(
                rows,
                duplicates,
                examples,
                tooLong,
                truncated,
                tooShort,
                untrained,
                empty,
                tokens,
                trainedTokens,
                longest,
                longestSeen,
                details.details(ends.ends()));
    }

    /** Refuses data of which nothing is left. */
    void requireExamples(String key) {
        if (examples > 0) {
            return;
        }
        List<String> reasons = new ArrayList<>();
        if (tooLong > 0) {
            reasons.add(tooLong + " longer than sequence_len " + settings.sequenceLen() + " (the longest has "
                    + longestSeen + " tokens: raise sequence_len, or set excess_length_strategy: truncate)");
        }
        if (untrained > 0) {
            reasons.add(
                    untrained + " without a trained token, the first in " + details.firstUntrained()
                            + " (for chat_template see roles_to_train and"
                            + " message_property_mappings, for input_output the labels; train_on_inputs: true trains on everything)");
        }
        if (tooShort > 0) {
            reasons.add(tooShort + " shorter than min_sample_len " + settings.minSampleLen());
        }
        if (empty > 0) {
            reasons.add(empty + " without text");
        }
        throw new UserException(
                key + ": nothing is left to train on of " + rows + " rows: " + String.join("; ", reasons) + ".");
    }
}
