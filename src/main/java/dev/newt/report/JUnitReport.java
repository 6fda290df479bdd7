package dev.newt.report;

import dev.newt.io.AtomicFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Results as XML that build servers show as tests, following Surefire's schema. */
public final class JUnitReport {
    private JUnitReport() {}

    /**
     * One test.
     *
     * @param problem empty where it passed
     */
    public record Case(String name, double seconds, Optional<Problem> problem) {}

    /**
     * What went wrong.
     *
     * @param error whether the test could not be run, rather than failed
     * @param type a word for the kind
     * @param message the first line is the summary; the whole message is the element's text
     */
    public record Problem(boolean error, String type, String message) {}

    /** Writes the file atomically. */
    public static void write(Path file, String suite, List<Case> cases) {
        long errors = count(cases, true);
        long failures = count(cases, false);
        double seconds = cases.stream().mapToDouble(Case::seconds).sum();
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        xml.append("<testsuite" + attribute("name", suite) + attribute("time", time(seconds))
                + attribute("tests", cases.size()) + attribute("errors", errors) + attribute("skipped", 0)
                + attribute("failures", failures) + ">\n");
        for (Case test : cases) {
            xml.append("  <testcase" + attribute("name", test.name()) + attribute("classname", suite)
                    + attribute("time", time(test.seconds())));
            test.problem()
                    .ifPresentOrElse(
                            problem -> xml.append(">\n    " + element(problem) + "\n  </testcase>\n"),
                            () -> xml.append("/>\n"));
        }
        AtomicFiles.writeString(file, xml.append("</testsuite>\n").toString());
    }

    private static String element(Problem problem) {
        String name = problem.error() ? "error" : "failure";
        String first = problem.message().lines().findFirst().orElse("");
        return "<" + name + attribute("message", first) + attribute("type", problem.type()) + ">"
                + Html.escape(problem.message()) + "</" + name + ">";
    }

    private static long count(List<Case> cases, boolean errors) {
        return cases.stream()
                .flatMap(test -> test.problem().stream())
                .filter(problem -> problem.error() == errors)
                .count();
    }

    private static String time(double seconds) {
        return String.format(Locale.ROOT, "%.3f", seconds);
    }

    private static String attribute(String name, Object value) {
        return " " + name + "=\"" + Html.escape(String.valueOf(value)) + "\"";
    }
}
