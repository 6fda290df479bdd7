package dev.newt.data;

import dev.newt.data.dataset.Example;
import dev.newt.data.dataset.RowFinding;
import dev.newt.rows.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Gathers the details of a data set; for one thread, with memory that does not grow with the rows. */
final class DetailCounter {
    private static final int CLASSES = 16;
    private static final int LONGEST_ROWS = 5;
    private static final int FIRST_TOKENS = 10;
    private static final int PLACES = 5;

    private final int width;
    private final long[] tokens = new long[CLASSES];
    private final long[] trained = new long[CLASSES];
    private final PriorityQueue<DatasetDetails.LongRow> longest =
            new PriorityQueue<>(Comparator.comparingInt(DatasetDetails.LongRow::tokens));
    private final Map<Integer, Long> firstTrained = new HashMap<>();
    private final Map<RowFinding, Long> findings = new EnumMap<>(RowFinding.class);
    private final Map<RowFinding, List<String>> places = new EnumMap<>(RowFinding.class);

    private Optional<DatasetDetails.TrainedRow> leastTrained = Optional.empty();

    DetailCounter(int sequenceLen) {
        this.width = (sequenceLen + CLASSES - 1) / CLASSES;
    }

    void seen(Row row, int length) {
        if (longest.size() == LONGEST_ROWS) {
            if (longest.element().tokens() >= length) {
                return;
            }
            longest.remove();
        }
        longest.add(new DatasetDetails.LongRow(row.place(), length));
    }

    /** @param trainedTokens of the example */
    void kept(Row row, Example example, int trainedTokens) {
        tokens[classOf(example.length())]++;
        trained[classOf(trainedTokens)]++;
        if (leastTrained.isEmpty() || leastTrained.get().share() > (double) trainedTokens / example.length()) {
            leastTrained = Optional.of(new DatasetDetails.TrainedRow(row.place(), example.length(), trainedTokens));
        }
        for (int i = 1; i < example.length(); i++) {
            if (example.trained()[i]) {
                firstTrained.merge(example.tokenIds()[i], 1L, Long::sum);
                return;
            }
        }
    }

    void found(Row row, RowFinding finding) {
        findings.merge(finding, 1L, Long::sum);
        List<String> named = places.computeIfAbsent(finding, unused -> new ArrayList<>());
        if (named.size() < PLACES) {
            named.add(row.place());
        }
    }

    /** Place of the first row of which nothing is trained. */
    String firstUntrained() {
        return Stream.of(RowFinding.TRAINS_NOTHING, RowFinding.CUT_BEFORE_TRAINED)
                .filter(places::containsKey)
                .map(finding -> places.get(finding).get(0))
                .findFirst()
                .orElseThrow();
    }

    /** @param ends of each data set */
    DatasetDetails details(List<DatasetDetails.Ends> ends) {
        return new DatasetDetails(
                histogram(tokens),
                histogram(trained),
                longest.stream()
                        .sorted(Comparator.comparingInt(DatasetDetails.LongRow::tokens)
                                .reversed()
                                .thenComparing(DatasetDetails.LongRow::place))
                        .toList(),
                firstTrained.entrySet().stream()
                        .map(entry -> new DatasetDetails.TokenCount(entry.getKey(), entry.getValue()))
                        .sorted(Comparator.comparingLong(DatasetDetails.TokenCount::examples)
                                .reversed()
                                .thenComparing(DatasetDetails.TokenCount::id))
                        .limit(FIRST_TOKENS)
                        .toList(),
                findings.entrySet().stream()
                        .map(entry -> new DatasetDetails.Warning(
                                entry.getKey(), entry.getValue(), places.get(entry.getKey())))
                        .toList(),
                ends,
                leastTrained);
    }

    private int classOf(int count) {
        return Math.min(CLASSES - 1, Math.max(0, (count - 1) / width));
    }

    private DatasetDetails.Histogram histogram(long[] counts) {
        return new DatasetDetails.Histogram(width, LongStream.of(counts).boxed().toList());
    }
}
