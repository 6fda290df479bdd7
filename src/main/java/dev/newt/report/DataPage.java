package dev.newt.report;

import dev.newt.io.AtomicFiles;
import dev.newt.run.TokenView;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prepared data on one self-contained page: what became of the rows, and some of them token by token. */
public final class DataPage {
    public static final String FILE_NAME = "data.html";

    private static final int WIDTH = 640;
    private static final int HEIGHT = 220;
    private static final int TOP = 16;
    private static final int BOTTOM = 32;

    private static final String STYLE =
            """
            :root { color-scheme: light dark; --ink: #1c2126; --dim: #5b6570; --line: #d9dee3; --page: #ffffff;
              --bar: #1f6fb2; --trained: #d6f0d8; --mark: #1d7a2c; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --dim: #9aa5b0; --line: #343c44;
              --page: #14181c; --bar: #6cb6f5; --trained: #17402080; --mark: #7fd68c; } }
            body { margin: 2rem auto; max-width: 1100px; padding: 0 1rem; background: var(--page); color: var(--ink);
              font: 15px/1.5 system-ui, sans-serif; }
            h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
            .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 1rem; }
            figure { margin: 0; } figcaption { font-weight: 600; }
            svg { width: 100%; height: auto; } svg rect { fill: var(--bar); }
            svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
            table { border-collapse: collapse; } th, td { border-bottom: 1px solid var(--line); padding: .3rem .8rem .3rem 0;
              text-align: left; vertical-align: top; }
            .row { font: 13px/1.9 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
            .row span { border: 1px solid var(--line); border-radius: 3px; }
            .row .t { background: var(--trained); border: 1px solid var(--mark); text-decoration: underline; }
            """;

    private DataPage() {}

    /**
     * Examples by size.
     *
     * @param width the width of a bar; the first counts 1 to {@code width}
     */
    public record Histogram(String title, int width, List<Long> counts) {}

    /** @param heading the text above the tokens */
    public record ShownRow(String heading, List<TokenView.Token> tokens) {}

    /**
     * What the page shows.
     *
     * @param facts by name, in order
     */
    public record Content(
            String title,
            Map<String, String> facts,
            List<String> warnings,
            List<Histogram> histograms,
            List<ShownRow> rows) {}

    /** Writes the page and returns its path. */
    public static Path write(Path directory, Content content) {
        Path file = directory.resolve(FILE_NAME);
        AtomicFiles.writeString(file, page(content));
        return file;
    }

    static String page(Content content) {
        StringBuilder page = new StringBuilder();
        page.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
                .append("<title>" + Html.escape(content.title()) + "</title>\n<style>\n" + STYLE)
                .append("</style>\n</head>\n<body>\n<h1>" + Html.escape(content.title()) + "</h1>\n<table>\n");
        content.facts()
                .forEach((name, value) -> page.append(
                        "<tr><th>" + Html.escape(name) + "</th><td>" + Html.escape(value) + "</td></tr>\n"));
        page.append("</table>\n");
        if (!content.warnings().isEmpty()) {
            page.append("<h2>Warnings</h2>\n<ul>\n");
            content.warnings().forEach(warning -> page.append("<li>" + Html.escape(warning) + "</li>\n"));
            page.append("</ul>\n");
        }
        page.append("<div class=\"charts\">\n");
        content.histograms()
                .forEach(histogram -> page.append("<figure>\n<figcaption>" + Html.escape(histogram.title())
                        + "</figcaption>\n" + bars(histogram) + "</figure>\n"));
        page.append("</div>\n");
        if (!content.rows().isEmpty()) {
            page.append("<p>Below, each token is a box, green and underlined if it is trained. Point at a token "
                    + "to see its id.</p>\n");
        }
        content.rows().forEach(row -> row(page, row));
        return page.append("</body>\n</html>\n").toString();
    }

    private static String bars(Histogram histogram) {
        long most = Math.max(
                1, histogram.counts().stream().mapToLong(Long::longValue).max().orElse(1));
        double step = (double) WIDTH / Math.max(1, histogram.counts().size());
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n",
                WIDTH,
                HEIGHT,
                Html.escape(histogram.title())));
        for (int i = 0; i < histogram.counts().size(); i++) {
            long count = histogram.counts().get(i);
            double height = (double) count / most * (HEIGHT - TOP - BOTTOM);
            double left = i * step;
            svg.append(String.format(
                    Locale.ROOT,
                    "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%d to %d tokens: %d</title></rect>\n",
                    left + 1,
                    HEIGHT - BOTTOM - height,
                    step - 2,
                    height,
                    i * histogram.width() + 1,
                    (i + 1) * histogram.width(),
                    count));
            if (count > 0) {
                text(svg, left + step / 2, HEIGHT - BOTTOM - height - 3, String.valueOf(count));
            }
            text(svg, left + step / 2, HEIGHT - BOTTOM + 16, String.valueOf((i + 1) * histogram.width()));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void text(StringBuilder svg, double x, double y, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n", x, y, text));
    }

    private static void row(StringBuilder page, ShownRow row) {
        page.append("<h2>" + Html.escape(row.heading()) + "</h2>\n<div class=\"row\">");
        for (TokenView.Token token : row.tokens()) {
            page.append("<span" + (token.trained() ? " class=\"t\"" : "") + " title=\"" + token.id()
                    + (token.trained() ? ", trained" : "") + "\">" + Html.escape(TokenView.visible(token.text()))
                    + "</span>");
            if (token.text().endsWith("\n")) {
                page.append("\n");
            }
        }
        page.append("</div>\n");
    }
}
