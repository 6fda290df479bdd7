package dev.newt.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.newt.train.TrainingEvent;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
    @TempDir
    Path directory;

    private final Map<String, ReportContent.Score> scores = new LinkedHashMap<>();
    private final List<ReportContent.Sample> samples = new ArrayList<>();

    private HtmlReport report() {
        return new HtmlReport(
                directory,
                () -> new ReportContent("Run <1> & \"two\"", "a: 1 # <x>\u0001", "12 layers", samples, scores));
    }

    private void run(int steps, double firstLoss) {
        HtmlReport report = report();
        try (MetricsFile metrics = new MetricsFile(directory)) {
            for (TrainingEvent event : events(steps, firstLoss)) {
                metrics.on(event);
                report.on(event);
            }
        }
    }

    static List<TrainingEvent> events(int steps, double firstLoss) {
        List<TrainingEvent> events = new ArrayList<>();
        events.add(new TrainingEvent.Started(Path.of("out"), 0, false, steps, steps, 10, "a device"));
        for (int step = 1; step <= steps; step++) {
            double loss = firstLoss / step;
            events.add(new TrainingEvent.Logged(
                    step,
                    steps,
                    (double) step / steps,
                    loss,
                    0.5,
                    2e-4 / step,
                    20L * step,
                    10L * step,
                    100,
                    50,
                    step,
                    1_000_000,
                    Map.of()));
        }
        events.add(new TrainingEvent.Evaluated(
                steps, 1, firstLoss / 2, OptionalDouble.of(Math.exp(firstLoss / 2)), 40, 0.1, Map.of()));
        events.add(new TrainingEvent.Finished(steps, Duration.ofSeconds(3)));
        return events;
    }

    private Document page() throws Exception {
        String text = Files.readString(directory.resolve(HtmlReport.FILE_NAME));
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        return factory.newDocumentBuilder()
                .parse(new InputSource(new StringReader(text.replace("<!DOCTYPE html>", ""))));
    }

    private static List<Element> elements(Document page, String name) {
        NodeList nodes = page.getElementsByTagName(name);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    @Test
    void drawsEveryCurveWithinItsFrame() throws Exception {
        run(25, 4);
        Document page = page();
        assertThat(elements(page, "figcaption"))
                .extracting(Element::getTextContent)
                .containsExactly("Loss", "Learning rate", "Gradient norm, before clipping", "Tokens a second");
        List<Element> lines = elements(page, "polyline");
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0).getAttribute("points").split(" ")).hasSize(25);
        for (Element line : lines) {
            for (String point : line.getAttribute("points").split(" ")) {
                String[] xy = point.split(",");
                assertThat(Double.parseDouble(xy[0])).isBetween(64.0, 624.0);
                assertThat(Double.parseDouble(xy[1])).isBetween(16.0, 240.0);
            }
        }
        // The loss falls: later points lie lower on the page.
        String[] loss = lines.get(0).getAttribute("points").split(" ");
        assertThat(Double.parseDouble(loss[24].split(",")[1])).isGreaterThan(Double.parseDouble(loss[0].split(",")[1]));
    }

    @Test
    void drawsTheObjectivesMetricsThatBelongTogetherInOneChart() throws Exception {
        Files.writeString(
                directory.resolve(MetricsFile.FILE_NAME),
                """
                {"kind":"train","step":1,"loss":0.7,"rewards/chosen":0.1,"rewards/rejected":-0.1,"logps/chosen":-9}
                {"kind":"train","step":2,"loss":0.6,"rewards/chosen":0.2,"rewards/rejected":-0.2,"logps/chosen":-8}
                {"kind":"eval","step":2,"eval_loss":0.5,"eval_rewards/chosen":0.3}
                """);
        report().write();

        assertThat(elements(page(), "figcaption"))
                .extracting(Element::getTextContent)
                .containsExactly("Loss", "logps, training", "rewards, training", "rewards, evaluation");
        assertThat(elements(page(), "svg").get(2).getTextContent()).contains("chosen", "rejected");
        assertThat(elements(page(), "p").get(0).getTextContent())
                .contains("Evaluation loss 0.5000.")
                .doesNotContain("perplexity");
    }

    @Test
    void drawsARunOfOneStepAndOneThatLoggedNothing() throws Exception {
        run(1, 3);
        assertThat(elements(page(), "circle")).isNotEmpty();
        Files.delete(directory.resolve(MetricsFile.FILE_NAME));
        report().write();
        assertThat(elements(page(), "svg")).isEmpty();
    }

    @Test
    void thinsLongRunsWithoutLosingTheirEnds() throws Exception {
        run(5_000, 4);
        Element loss = elements(page(), "polyline").get(0);
        String[] points = loss.getAttribute("points").split(" ");
        assertThat(points).hasSizeBetween(500, 1000);
        assertThat(points[points.length - 1]).startsWith("624.0,");
        assertThat(Files.size(directory.resolve(HtmlReport.FILE_NAME))).isLessThan(200_000);
    }

    @Test
    void showsConfigurationPlanScoresAndSamplesAsText() throws Exception {
        scores.put("exact match", new ReportContent.Score(Optional.of(0.25), Optional.of(0.875)));
        samples.add(new ReportContent.Sample(
                "<b>prompt</b>", Optional.of("{\"a\": 1}"), Optional.of("no\n\u0000way"), Optional.empty()));
        run(3, 2);
        Document page = page();
        assertThat(elements(page, "h1").get(0).getTextContent()).isEqualTo("Run <1> & \"two\"");
        assertThat(elements(page, "pre"))
                .extracting(Element::getTextContent)
                .containsExactly("12 layers", "a: 1 # <x>\uFFFD");
        assertThat(elements(page, "td"))
                .extracting(Element::getTextContent)
                .containsExactly(
                        "exact match", "0.2500", "0.8750", "<b>prompt</b>", "{\"a\": 1}", "no\n\uFFFDway", "-");
        assertThat(elements(page, "p").get(0).getTextContent())
                .contains("finished after 3 steps")
                .contains("Evaluation loss 1.0000");
    }

    @Test
    void needsNothingFromElsewhere() throws Exception {
        run(3, 2);
        String text = Files.readString(directory.resolve(HtmlReport.FILE_NAME))
                .replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assertThat(text).doesNotContain("http", "src=", "href=", "<script", "@import", "url(");
        assertThat(text).contains("prefers-color-scheme: dark");
    }
}
