package dev.newt.data;

/**
 * What preparation made of the rows of {@code datasets} or {@code test_datasets}. Of pairs, each counts as one example; their tokens are
 * those of both answers.
 *
 * @param rows read
 * @param duplicates left out because they equal an earlier row; not counted in {@code rows}
 * @param examples kept; a document may give several
 * @param tooLong left out because they were longer than {@code sequence_len}
 * @param truncated cut to {@code sequence_len}
 * @param tooShort left out because they were shorter than {@code min_sample_len}
 * @param untrained left out because no token of them is trained
 * @param empty rows without text
 * @param tokens of all examples kept
 * @param trainedTokens that give a loss
 * @param longest tokens of the longest example kept, of one answer of a pair
 * @param longestSeen tokens of the longest example before any was left out or cut
 * @param details what they look like
 */
public record DatasetStatistics(
        long rows,
        long duplicates,
        long examples,
        long tooLong,
        long truncated,
        long tooShort,
        long untrained,
        long empty,
        long tokens,
        long trainedTokens,
        int longest,
        int longestSeen,
        DatasetDetails details) {}
