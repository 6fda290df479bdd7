package dev.newt.cli;

import dev.newt.data.DatasetStatistics;
import dev.newt.data.PreparedData;
import java.util.Locale;

/** Prepared data in one line. */
final class DataSummary {
    private DataSummary() {}

    /** What a row becomes. */
    static String unit(int groupSize) {
        return groupSize == 1 ? "examples" : "pairs";
    }

    static String of(PreparedData data) {
        StringBuilder text = new StringBuilder("data: ")
                .append(of(data.statistics(), data.train().groupSize()));
        data.validation().ifPresent(set -> text.append(String.format(Locale.ROOT, ", %,d held out", set.size())));
        data.packingEfficiency()
                .ifPresent(share -> text.append(String.format(Locale.ROOT, ", packed to %.0f%%", 100 * share)));
        return text.append(data.reused() ? ", prepared earlier" : "").toString();
    }

    static String ofFirstWindow(DatasetStatistics rows, int groupSize) {
        return "data: at first " + of(rows, groupSize) + "; the rest is read while the run goes on";
    }

    static String of(DatasetStatistics rows, int groupSize) {
        String text = String.format(
                Locale.ROOT,
                "%,d %s of %,d rows, %,d tokens, %,d trained",
                rows.examples(),
                unit(groupSize),
                rows.rows(),
                rows.tokens(),
                rows.trainedTokens());
        long dropped = rows.tooLong() + rows.tooShort() + rows.untrained() + rows.empty();
        if (dropped == 0) {
            return text;
        }
        return text
                + String.format(
                        Locale.ROOT,
                        " (left out: %d too long, %d too short, %d without trained tokens, %d empty)",
                        rows.tooLong(),
                        rows.tooShort(),
                        rows.untrained(),
                        rows.empty());
    }
}
