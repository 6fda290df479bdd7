package dev.newt.data;

import java.util.List;

/**
 * What the examples of a data set look like.
 *
 * @param tokens how many examples have how many tokens
 * @param trainedTokens how many examples have how many trained tokens
 * @param longestRows before any was left out or cut, longest first
 * @param firstTrained the tokens that are trained first in an example, most common first
 * @param warnings one for each finding that some rows gave
 */
public record DatasetDetails(
        Histogram tokens,
        Histogram trainedTokens,
        List<LongRow> longestRows,
        List<TokenCount> firstTrained,
        List<Warning> warnings) {
    public DatasetDetails {
        longestRows = List.copyOf(longestRows);
        firstTrained = List.copyOf(firstTrained);
        warnings = List.copyOf(warnings);
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
}
