package dev.newt.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/** Line charts over optimizer steps, as inline SVG; the colours come from the page's style. */
public final class SvgChart {
    private static final int WIDTH = 640;
    private static final int HEIGHT = 280;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 16;
    private static final int BOTTOM = 40;
    private static final int MOST_POINTS = 1000;

    private SvgChart() {}

    /** A value after a step. */
    public record Point(long step, double value) {}

    /** A named line; points ascend by step. */
    public record Series(String name, List<Point> points) {
        /** Without values that cannot be drawn, and with neighbours averaged if there are more points than pixels. */
        Series drawable() {
            List<Point> finite = points.stream()
                    .filter(point -> Double.isFinite(point.value()))
                    .toList();
            int group = (finite.size() + MOST_POINTS - 1) / MOST_POINTS;
            if (group <= 1) {
                return new Series(name, finite);
            }
            List<Point> means = new ArrayList<>();
            for (int i = 0; i < finite.size(); i += group) {
                List<Point> part = finite.subList(i, Math.min(i + group, finite.size()));
                double mean = part.stream().mapToDouble(Point::value).average().orElseThrow();
                means.add(new Point(part.get(part.size() - 1).step(), mean));
            }
            return new Series(name, means);
        }
    }

    /** Empty text if no series has a point. */
    static String draw(String title, List<Series> series) {
        List<Series> drawn = series.stream()
                .map(Series::drawable)
                .filter(s -> !s.points().isEmpty())
                .toList();
        if (drawn.isEmpty()) {
            return "";
        }
        Axis x = Axis.over(0, steps(drawn).max().orElseThrow(), 8, true);
        Axis y =
                Axis.over(values(drawn).min().orElseThrow(), values(drawn).max().orElseThrow(), 5, false);
        StringBuilder svg = new StringBuilder();
        svg.append(format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH, HEIGHT, Html.escape(title)));
        horizontalTicks(svg, x);
        verticalTicks(svg, y);
        for (int i = 0; i < drawn.size(); i++) {
            line(svg, drawn.get(i), i, x, y);
        }
        if (drawn.size() > 1) {
            legend(svg, drawn);
        }
        return svg.append("</svg>\n").toString();
    }

    private static void horizontalTicks(StringBuilder svg, Axis axis) {
        for (BigDecimal tick : axis.ticks()) {
            double at = left(axis.share(tick.doubleValue()));
            svg.append(format(
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>%n",
                    at, at, TOP, HEIGHT - BOTTOM));
            svg.append(format(
                    "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
                    at, HEIGHT - BOTTOM + 16, Axis.label(tick)));
        }
        svg.append(format(
                "<text class=\"tick\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">step</text>%n",
                (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 6));
    }

    private static void verticalTicks(StringBuilder svg, Axis axis) {
        for (BigDecimal tick : axis.ticks()) {
            double at = top(axis.share(tick.doubleValue()));
            svg.append(format(
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>%n",
                    LEFT, WIDTH - RIGHT, at, at));
            svg.append(format(
                    "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>%n",
                    LEFT - 6, at + 4, Axis.label(tick)));
        }
    }

    private static void line(StringBuilder svg, Series series, int index, Axis x, Axis y) {
        StringBuilder points = new StringBuilder();
        for (Point point : series.points()) {
            points.append(format("%.1f,%.1f ", left(x.share(point.step())), top(y.share(point.value()))));
        }
        svg.append(format(
                "<polyline class=\"s%d\" points=\"%s\"/>%n",
                index, points.toString().strip()));
        // A line through few points hides them, and a single point would not show at all.
        if (series.points().size() <= 40) {
            for (Point point : series.points()) {
                svg.append(format(
                        "<circle class=\"s%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"><title>%s, step %d: %.6g</title></circle>%n",
                        index,
                        left(x.share(point.step())),
                        top(y.share(point.value())),
                        Html.escape(series.name()),
                        point.step(),
                        point.value()));
            }
        }
    }

    private static void legend(StringBuilder svg, List<Series> series) {
        for (int i = 0; i < series.size(); i++) {
            int y = TOP + 14 + 18 * i;
            svg.append(format(
                    "<line class=\"s%d\" x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>%n",
                    i, WIDTH - 150, WIDTH - 126, y, y));
            svg.append(format(
                    "<text class=\"legend\" x=\"%d\" y=\"%d\">%s</text>%n",
                    WIDTH - 120, y + 4, Html.escape(series.get(i).name())));
        }
    }

    private static double left(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double top(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private static DoubleStream steps(List<Series> series) {
        return series.stream().flatMap(s -> s.points().stream()).mapToDouble(Point::step);
    }

    private static DoubleStream values(List<Series> series) {
        return series.stream().flatMap(s -> s.points().stream()).mapToDouble(Point::value);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern.replace("%n", "\n"), values);
    }
}
