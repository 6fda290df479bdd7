package dev.newt.report;

import dev.newt.io.AtomicFiles;
import java.nio.file.Path;
import java.util.List;

/** Runs next to what they are compared with, on one self-contained page. */
public final class ComparisonPage {
    private static final String STYLE =
            """
            .good { color: #1d7a2c; } .bad { color: #c22f2f; } .good, .bad { font-weight: 600; }
            @media (prefers-color-scheme: dark) { .good { color: #7fd68c; } .bad { color: #ff8a80; } }
            svg polyline.s1 { stroke-dasharray: 6 4; }
            """;

    private ComparisonPage() {}

    /**
     * One run.
     *
     * @param status a word or two
     * @param facts lines below the message
     */
    public record Section(
            String name, boolean good, String status, String message, List<String> facts, List<Chart> charts) {}

    /** Curves over the steps; the second is drawn in dashes over the first. */
    public record Chart(String title, List<SvgChart.Series> series) {}

    /** Writes the file atomically. */
    public static void write(Path file, String title, String summary, List<Section> sections) {
        StringBuilder page = new StringBuilder();
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<title>" + Html.escape(title) + "</title>\n")
                .append("<style>\n" + PageStyle.CHARTS + STYLE + "</style>\n</head>\n<body>\n")
                .append("<h1>" + Html.escape(title) + "</h1>\n<p>" + Html.escape(summary) + "</p>\n");
        overview(page, sections);
        for (int i = 0; i < sections.size(); i++) {
            section(page, sections.get(i), i);
        }
        AtomicFiles.writeString(file, page.append("</body>\n</html>\n").toString());
    }

    private static void overview(StringBuilder page, List<Section> sections) {
        page.append("<table>\n");
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            page.append("<tr><td><a href=\"#c" + i + "\">" + Html.escape(section.name()) + "</a></td><td>"
                    + status(section) + "</td></tr>\n");
        }
        page.append("</table>\n");
    }

    private static void section(StringBuilder page, Section section, int index) {
        page.append("<h2 id=\"c" + index + "\">" + Html.escape(section.name()) + "</h2>\n<p>" + status(section) + " "
                + Html.escape(section.message()) + "</p>\n");
        for (String fact : section.facts()) {
            page.append("<div class=\"dim\">" + Html.escape(fact) + "</div>\n");
        }
        page.append("<div class=\"charts\">\n");
        for (Chart chart : section.charts()) {
            String svg = SvgChart.draw(chart.title(), chart.series());
            if (!svg.isEmpty()) {
                page.append("<figure>\n<figcaption>" + Html.escape(chart.title()) + "</figcaption>\n" + svg
                        + "</figure>\n");
            }
        }
        page.append("</div>\n");
    }

    private static String status(Section section) {
        return "<span class=\"" + (section.good() ? "good" : "bad") + "\">" + Html.escape(section.status()) + "</span>";
    }
}
