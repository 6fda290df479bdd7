package dev.newt.data;

import dev.newt.data.dataset.RowFinding;
import java.util.List;
import java.util.Optional;

/**
 * What the examples of a data set look like.
 *
 * @param tokens how many examples have how many tokens
 * @param trainedTokens how many examples have how many trained tokens
 * @param longestRows before any was left out or cut, longest first
 * @param firstTrained the tokens that are trained first in an example, most common first
 * @param warnings one for each finding that some rows gave
 * @param ends whether answers end, one entry for each data set that has any
 * @param leastTrained the first of the rows with the smallest share of trained tokens, of those that are kept
 */
public record DatasetDetails(
        Histogram tokens,
        Histogram trainedTokens,
        List<LongRow> longestRows,
        List<TokenCount> firstTrained,
        List<Warning> warnings,
        List<Ends> ends,
        Optional<TrainedRow> leastTrained) {
    public DatasetDetails {
        longestRows = List.copyOf(longestRows);
        firstTrained = List.copyOf(firstTrained);
        warnings = List.copyOf(warnings);
        ends = List.copyOf(ends);
    }

    /**
     * Examples by size.
     *
     * @param width of a class; the first holds 1 to {@code width}
     * @param counts of each class
     */
    public record Histogram(int width, List<Long> counts) {
        public Histogram {
            counts = List.copyOf(counts);
        }
    }

    /** @param place file and number of the row */
    public record LongRow(String place, int tokens) {}

    public record TokenCount(int id, long examples) {}

    /**
     * @param rows that gave the finding
     * @param places file and number of the first of them
     */
    public record Warning(RowFinding finding, long rows, List<String> places) {
        public Warning {
            places = List.copyOf(places);
        }
    }

    /**
     * The answers of a data set that are meant to be ended, of the examples that are kept.
     *
     * @param dataset number of its entry, from 0
     * @param answers examples with such answers
     * @param ended those of which some end token is trained
     * @param cut those whose end tokens lay behind {@code sequence_len}
     * @param place file and number of the row that is the first of {@code answers}
     */
    public record Ends(int dataset, long answers, long ended, long cut, String place) {}

    /** @param place file and number of the row */
    public record TrainedRow(String place, int tokens, int trained) {
        /** Trained tokens over all. */
        double share() {
            return (double) trained / tokens;
        }
    }
}
