package dev.newt.cli;

import dev.newt.regress.Baseline;
import dev.newt.regress.Recording;
import dev.newt.regress.Recording.Step;
import dev.newt.regress.Verdict;
import dev.newt.report.ComparisonPage;
import dev.newt.report.SvgChart;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A verdict on the page. */
final class RegressSection {
    private RegressSection() {}

    static ComparisonPage.Section of(Verdict verdict) {
        return new ComparisonPage.Section(
                verdict.config().toString(),
                verdict.status().isGood(),
                verdict.status().text(),
                verdict.message(),
                facts(verdict),
                List.of(
                        chart("Loss", verdict, Step::loss),
                        chart("Gradient norm, before clipping", verdict, Step::gradNorm),
                        chart("Tokens", verdict, Step::tokens),
                        chart("Trained tokens", verdict, Step::trainedTokens)));
    }

    private static List<String> facts(Verdict verdict) {
        List<String> facts = new ArrayList<>();
        verdict.baseline().ifPresent(baseline -> {
            facts.add("baseline: newt " + baseline.newt() + ", "
                    + baseline.recording().device() + ", " + baseline.platform() + ", plan "
                    + baseline.recording().planHash());
            facts.add("tolerances: loss " + baseline.tolerance().loss() + ", gradient norm "
                    + baseline.tolerance().gradNorm());
        });
        verdict.now().ifPresent(now -> facts.add("now: " + now.device() + ", plan " + now.planHash()));
        return facts;
    }

    private static ComparisonPage.Chart chart(String title, Verdict verdict, ToDoubleFunction<Step> value) {
        List<SvgChart.Series> series = new ArrayList<>();
        verdict.baseline()
                .map(Baseline::recording)
                .ifPresent(recording -> series.add(series("baseline", recording, value)));
        verdict.now().ifPresent(recording -> series.add(series("now", recording, value)));
        return new ComparisonPage.Chart(title, series);
    }

    private static SvgChart.Series series(String name, Recording recording, ToDoubleFunction<Step> value) {
        List<SvgChart.Point> points = new ArrayList<>();
        for (int i = 0; i < recording.steps().size(); i++) {
            points.add(new SvgChart.Point(
                    i + 1, value.applyAsDouble(recording.steps().get(i))));
        }
        return new SvgChart.Series(name, points);
    }
}
