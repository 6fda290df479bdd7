package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.RowFinding;
import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;

/** Decides which examples are kept, and counts. For one thread. */
final class LengthPolicy {
    private final DataSettings settings;
    private final BiConsumer<Row, Example> kept;
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
     * @param kept takes the examples that are kept, with the rows that they came of
     */
    LengthPolicy(DataSettings settings, List<DataSource> sources, Tokenizer tokenizer, BiConsumer<Row, Example> kept) {
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
        for (Example example : ofRow) {
            accept(encoded, example);
        }
        if (!ofRow.isEmpty() && ends.isMissing(encoded.ending(), ofRow.get(ofRow.size() - 1))) {
            details.found(row, RowFinding.ENDS_BEFORE_EOS);
        }
    }

    private void accept(RowEncoder.Encoded encoded, Example given) {
        Row row = encoded.row();
        Example example = given;
        longestSeen = Math.max(longestSeen, example.length());
        details.seen(row, example.length());
        if (example.length() > settings.sequenceLen()) {
            switch (settings.excessLengthStrategy()) {
                case DROP -> {
                    tooLong++;
                    return;
                }
                case TRUNCATE -> {
                    truncated++;
                    example = new Example(
                            Arrays.copyOf(example.tokenIds(), settings.sequenceLen()),
                            Arrays.copyOf(example.trained(), settings.sequenceLen()));
                }
                case RAISE -> throw row.error("has " + example.length() + " tokens, but sequence_len is "
                        + settings.sequenceLen()
                        + ". Raise sequence_len, or set excess_length_strategy to drop or truncate.");
            }
        }
        int trained = example.trainedTokens();
        if (example.length() < settings.minSampleLen()) {
            tooShort++;
        } else if (trained == 0) {
            untrained++;
            details.found(row, given.trainedTokens() == 0 ? RowFinding.TRAINS_NOTHING : RowFinding.CUT_BEFORE_TRAINED);
        } else {
            examples++;
            tokens += example.length();
            trainedTokens += trained;
            longest = Math.max(longest, example.length());
            details.kept(row, example, trained);
            ends.kept(encoded, given, example);
            kept.accept(row, example);
        }
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
