package dev.newt.cli;

import dev.newt.data.DatasetDetails;
import dev.newt.data.DatasetStatistics;
import dev.newt.data.PreparedData;
import dev.newt.report.DataPage;
import dev.newt.run.TokenView;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What became of the rows: facts, warnings and histograms, for the terminal and for the page. */
final class DataOverview {
    private static final int BAR = 50;

    private final PreparedData data;
    private final TokenView view;
    private final List<String> findings;

    /** @param findings what is wrong with the rows, a line each */
    DataOverview(PreparedData data, TokenView view, List<String> findings) {
        this.data = data;
        this.view = view;
        this.findings = List.copyOf(findings);
    }

    /** Lines for a terminal. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        facts().forEach((name, value) -> lines.add(String.format(Locale.ROOT, "  %-22s %s", name, value)));
        for (DataPage.Histogram histogram : histograms()) {
            lines.add("  " + histogram.title());
            lines.addAll(bars(histogram));
        }
        return lines;
    }

    DataPage.Content page(String title, int rows) {
        return new DataPage.Content(
                title,
                facts(),
                findings,
                histograms(),
                IntStream.range(0, view.examplesOf(rows))
                        .mapToObj(i -> new DataPage.ShownRow(heading(i), view.tokens(i)))
                        .toList());
    }

    private String heading(int index) {
        String title = view.title(index);
        return title.substring(0, 1).toUpperCase(Locale.ROOT) + title.substring(1) + ": " + view.summary(index);
    }

    private int groupSize() {
        return data.train().groupSize();
    }

    private Map<String, String> facts() {
        DatasetStatistics s = data.statistics();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("rows read", number(s.rows()));
        facts.put(DataSummary.unit(groupSize()), number(s.examples()));
        facts.put(
                "left out",
                String.format(
                        Locale.ROOT,
                        "%,d too long, %,d too short, %,d without trained tokens, %,d empty",
                        s.tooLong(),
                        s.tooShort(),
                        s.untrained(),
                        s.empty()));
        if (s.duplicates() > 0) {
            facts.put("equal rows left out", number(s.duplicates()));
        }
        facts.put("truncated", number(s.truncated()));
        facts.put("tokens", number(s.tokens()));
        facts.put(
                "trained tokens",
                String.format(
                        Locale.ROOT,
                        "%,d, %.1f%% of all",
                        s.trainedTokens(),
                        100.0 * s.trainedTokens() / Math.max(1, s.tokens())));
        data.packingEfficiency()
                .ifPresent(share -> facts.put("packing efficiency", String.format(Locale.ROOT, "%.1f%%", 100 * share)));
        data.validation().ifPresent(set -> facts.put("held out", number(set.size())));
        facts.put("longest rows", longest(s.details().longestRows()));
        facts.put(
                "first trained tokens",
                s.details().firstTrained().stream()
                        .map(token -> String.format(
                                Locale.ROOT,
                                "%s(%d) %.0f%%",
                                TokenView.spaced(view.text(token.id())),
                                token.id(),
                                100.0 * token.examples() / Math.max(1, groupSize() * s.examples())))
                        .collect(Collectors.joining(", ")));
        return facts;
    }

    /** Each file is named once, before its rows. */
    private static String longest(List<DatasetDetails.LongRow> rows) {
        Map<String, List<String>> byFile = new LinkedHashMap<>();
        for (DatasetDetails.LongRow row : rows) {
            int cut = row.place().lastIndexOf(", row ");
            byFile.computeIfAbsent(row.place().substring(0, Math.max(cut, 0)), file -> new ArrayList<>())
                    .add(String.format(
                            Locale.ROOT, "%s (%,d tokens)", row.place().substring(cut + 2), row.tokens()));
        }
        return byFile.entrySet().stream()
                .map(file -> file.getKey() + ": " + String.join(", ", file.getValue()))
                .collect(Collectors.joining("; "));
    }

    private List<DataPage.Histogram> histograms() {
        DatasetDetails details = data.statistics().details();
        String what = groupSize() == 1 ? "examples" : "answers";
        return List.of(
                histogram(what + " by tokens", details.tokens()),
                histogram(what + " by trained tokens", details.trainedTokens()));
    }

    private static DataPage.Histogram histogram(String title, DatasetDetails.Histogram histogram) {
        int size = histogram.counts().size();
        while (size > 1 && histogram.counts().get(size - 1) == 0) {
            size--;
        }
        return new DataPage.Histogram(
                title, histogram.width(), histogram.counts().subList(0, size));
    }

    private static List<String> bars(DataPage.Histogram histogram) {
        long most = Math.max(
                1, histogram.counts().stream().mapToLong(Long::longValue).max().orElse(1));
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < histogram.counts().size(); i++) {
            long count = histogram.counts().get(i);
            int length = (int) ((count * BAR + most - 1) / most);
            lines.add(String.format(
                    Locale.ROOT,
                    "    %6d - %-6d %s %,d",
                    i * histogram.width() + 1,
                    (i + 1) * histogram.width(),
                    "#".repeat(length),
                    count));
        }
        return lines;
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
