package dev.newt.data;

import dev.newt.io.UserException;
import dev.newt.rows.Row;
import dev.newt.token.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
    private final Set<Integer> endIds;
    private final DetailCounter details;

    /**
     * @param endIds tokens that end an answer
     * @param kept takes the examples that are kept, with the rows that they came of
     */
    LengthPolicy(DataSettings settings, Set<Integer> endIds, BiConsumer<Row, Example> kept) {
        this.settings = settings;
        this.endIds = Set.copyOf(endIds);
        this.details = new DetailCounter(settings.sequenceLen());
        this.kept = kept;
    }

    /** Tokens that end an answer of any of the data sets. */
    static Set<Integer> endIds(List<DataSource> sources, Tokenizer tokenizer) {
        Set<Integer> ids = new TreeSet<>();
        tokenizer.eosId().ifPresent(ids::add);
        sources.stream()
                .flatMap(source -> source.settings().chat().eotTokens().stream())
                .forEach(token -> tokenizer.idOf(token).ifPresent(ids::add));
        return ids;
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
            accept(row, example);
        }
        if (!ofRow.isEmpty() && endsBeforeEos(ofRow.get(ofRow.size() - 1))) {
            details.found(row, RowFinding.ENDS_BEFORE_EOS);
        }
    }

    private void accept(Row row, Example given) {
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
            details.found(row, RowFinding.TRAINS_NOTHING);
        } else {
            examples++;
            tokens += example.length();
            trainedTokens += trained;
            longest = Math.max(longest, example.length());
            details.kept(example);
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
                details.details());
    }

    private boolean endsBeforeEos(Example example) {
        for (int i = example.length() - 1; i > 0; i--) {
            if (example.trained()[i]) {
                return !endIds.contains(example.tokenIds()[i]);
            }
        }
        return false;
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
                    untrained + " without a trained token (for chat_template see roles_to_train and"
                            + " message_property_mappings, for input_output the labels; train_on_inputs: true trains everything)");
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
