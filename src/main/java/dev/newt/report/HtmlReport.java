package dev.newt.report;

import dev.newt.io.AtomicFiles;
import dev.newt.train.TrainingEvent;
import dev.newt.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * report.html in a run's directory: curves, scores, samples, plan and configuration on one self-contained page. Rewritten at
 * checkpoints and at the end from metrics.jsonl, so it must listen after {@link MetricsFile}.
 */
public final class HtmlReport implements TrainingListener {
    public static final String FILE_NAME = "report.html";

    private final Path outputDirectory;
    private final Supplier<ReportContent> content;
    private String status = "not started";
    private boolean started;

    /** @param content asked for each time the page is written */
    public HtmlReport(Path outputDirectory, Supplier<ReportContent> content) {
        this.outputDirectory = outputDirectory;
        this.content = content;
    }

    @Override
    public void on(TrainingEvent event) {
        if (event instanceof TrainingEvent.Started) {
            started = true;
        } else if (event instanceof TrainingEvent.CheckpointSaved saved) {
            status = "running, step " + saved.step();
            write();
        } else if (event instanceof TrainingEvent.Finished finished) {
            status = "finished after " + finished.step() + " steps";
            write();
        } else if (event instanceof TrainingEvent.Interrupted interrupted) {
            status = "interrupted after step " + interrupted.step();
            write();
        } else if (event instanceof TrainingEvent.Failed failed && started) {
            // Of a run that never began the folder may hold another's report.
            status = "failed after step " + failed.step() + ": " + failed.message();
            write();
        }
    }

    /** Writes the page with what is known so far. */
    public void write() {
        AtomicFiles.writeString(outputDirectory.resolve(FILE_NAME), page(content.get()));
    }

    private String page(ReportContent shown) {
        List<JsonNode> lines = MetricsFile.read(outputDirectory.resolve(MetricsFile.FILE_NAME));
        StringBuilder page = new StringBuilder();
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<title>" + Html.escape(shown.title()) + "</title>\n")
                .append("<style>\n" + PageStyle.CHARTS + "</style>\n</head>\n<body>\n")
                .append("<h1>" + Html.escape(shown.title()) + "</h1>\n")
                .append("<p>" + Html.escape(summary(lines)) + "</p>\n");
        charts(page, lines);
        scores(page, shown.scores());
        samples(page, shown.samples());
        text(page, "Plan", shown.plan());
        text(page, "Configuration", shown.configuration());
        return page.append("</body>\n</html>\n").toString();
    }

    private String summary(List<JsonNode> lines) {
        StringBuilder summary = new StringBuilder(status).append('.');
        last(lines, "train")
                .ifPresent(line -> summary.append(String.format(
                        Locale.ROOT,
                        " Loss %.4f, %,d trained tokens of %,d, %.0f tokens a second, peak memory %.2f GB.",
                        line.path("loss").asDouble(Double.NaN),
                        line.path("trained_tokens").asLong(0),
                        line.path("tokens").asLong(0),
                        line.path("tokens_per_second").asDouble(Double.NaN),
                        line.path("peak_memory_bytes").asDouble(0) / 1e9)));
        last(lines, "eval")
                .ifPresent(line -> summary.append(String.format(
                        Locale.ROOT,
                        " Evaluation loss %.4f%s.",
                        line.path("eval_loss").asDouble(Double.NaN),
                        line.has("eval_perplexity")
                                ? String.format(
                                        Locale.ROOT,
                                        ", perplexity %.4g",
                                        line.path("eval_perplexity").asDouble(Double.NaN))
                                : "")));
        return summary.toString();
    }

    private static Optional<JsonNode> last(List<JsonNode> lines, String kind) {
        return lines.stream().filter(line -> isKind(line, kind)).reduce((first, second) -> second);
    }

    private static boolean isKind(JsonNode line, String kind) {
        return line.path("kind").asString("").equals(kind);
    }

    private static void charts(StringBuilder page, List<JsonNode> lines) {
        page.append("<div class=\"charts\">\n");
        chart(
                page,
                "Loss",
                List.of(
                        series(lines, "train", "training loss", "loss"),
                        series(lines, "eval", "evaluation loss", "eval_loss")));
        objective(page, lines);
        chart(page, "Learning rate", List.of(series(lines, "train", "learning rate", "learning_rate")));
        chart(page, "Gradient norm, before clipping", List.of(series(lines, "train", "gradient norm", "grad_norm")));
        chart(page, "Tokens a second", List.of(series(lines, "train", "tokens a second", "tokens_per_second")));
        page.append("</div>\n");
    }

    /** The objective's own metrics, whose names have a slash: those before which the same stands share a chart, as rewards/chosen and rewards/rejected. */
    private static void objective(StringBuilder page, List<JsonNode> lines) {
        for (String kind : List.of("train", "eval")) {
            String prefix = kind.equals("eval") ? "eval_" : "";
            Map<String, List<String>> charts = new TreeMap<>();
            lines.stream()
                    .filter(line -> isKind(line, kind))
                    .flatMap(line -> line.propertyNames().stream())
                    .filter(key -> key.indexOf('/') > 0)
                    .distinct()
                    .forEach(key -> charts.computeIfAbsent(
                                    key.substring(prefix.length(), key.indexOf('/')), name -> new ArrayList<>())
                            .add(key));
            charts.forEach((name, keys) -> chart(
                    page,
                    name + (kind.equals("eval") ? ", evaluation" : ", training"),
                    keys.stream()
                            .map(key -> series(lines, kind, key.substring(key.indexOf('/') + 1), key))
                            .toList()));
        }
    }

    private static SvgChart.Series series(List<JsonNode> lines, String kind, String name, String key) {
        return new SvgChart.Series(
                name,
                lines.stream()
                        .filter(line -> isKind(line, kind))
                        .map(line -> new SvgChart.Point(
                                line.path("step").asLong(0), line.path(key).asDouble(Double.NaN)))
                        .toList());
    }

    private static void chart(StringBuilder page, String title, List<SvgChart.Series> series) {
        String svg = SvgChart.draw(title, series);
        if (!svg.isEmpty()) {
            page.append("<figure>\n<figcaption>" + Html.escape(title) + "</figcaption>\n" + svg + "</figure>\n");
        }
    }

    private static void scores(StringBuilder page, Map<String, ReportContent.Score> scores) {
        if (scores.isEmpty()) {
            return;
        }
        page.append("<h2>Scores</h2>\n<table>\n<tr><th>measure</th><th>before</th><th>after</th></tr>\n");
        scores.forEach((name, score) -> page.append("<tr><td>" + Html.escape(name) + "</td><td>"
                + number(score.before()) + "</td><td>" + number(score.after()) + "</td></tr>\n"));
        page.append("</table>\n");
    }

    private static String number(Optional<Double> value) {
        return value.map(v -> String.format(Locale.ROOT, "%.4f", v)).orElse("-");
    }

    private static void samples(StringBuilder page, List<ReportContent.Sample> samples) {
        if (samples.isEmpty()) {
            return;
        }
        page.append("<h2>Samples</h2>\n<table>\n"
                + "<tr><th>prompt</th><th>expected</th><th>before</th><th>after</th></tr>\n");
        for (ReportContent.Sample sample : samples) {
            page.append("<tr>");
            cell(page, Optional.of(sample.prompt()));
            cell(page, sample.expected());
            cell(page, sample.before());
            cell(page, sample.after());
            page.append("</tr>\n");
        }
        page.append("</table>\n");
    }

    private static void cell(StringBuilder page, Optional<String> text) {
        page.append(
                text.map(t -> "<td class=\"text\">" + Html.escape(t) + "</td>").orElse("<td class=\"dim\">-</td>"));
    }

    private static void text(StringBuilder page, String title, String text) {
        if (!text.isBlank()) {
            page.append("<h2>" + title + "</h2>\n<pre>" + Html.escape(text) + "</pre>\n");
        }
    }
}
