package dev.newt.config.yaml;

import java.util.List;
import java.util.Optional;

/**
 * Problems in the style of a compiler: place and message, the line with carets, and help. In colour if the terminal supports it.
 *
 * @param colour whether to use the terminal's colours
 */
public record ProblemText(boolean colour) {
    /** A file with more problems than this is probably not a configuration at all. */
    private static final int MOST = 100;

    private static final String INDENT = "    ";
    private static final String RED = "\u001B[1;31m";
    private static final String YELLOW = "\u001B[1;33m";
    private static final String PLAIN = "\u001B[0m";

    /** With a line end after each line. */
    public String of(List<Problem> problems) {
        StringBuilder text = new StringBuilder();
        problems.stream().limit(MOST).forEach(problem -> text.append(of(problem)));
        if (problems.size() > MOST) {
            text.append("and ").append(problems.size() - MOST).append(" more\n");
        }
        return text.toString();
    }

    public String of(Problem problem) {
        String paint = problem.isError() ? RED : YELLOW;
        StringBuilder text = new StringBuilder(Printable.of(problem.place().toString()))
                .append(": ")
                .append(painted(paint, problem.severity().word() + ":"))
                .append(' ')
                .append(problem.message())
                .append('\n');
        excerpt(problem).ifPresent(excerpt -> text.append(INDENT)
                .append(excerpt.line())
                .append('\n')
                .append(INDENT)
                .append(excerpt.carets().replaceFirst("\\^+", painted(paint, "$0")))
                .append('\n'));
        problem.place()
                .variable()
                .ifPresent(
                        variable -> line(text, "the value is taken from the environment variable " + variable.name()));
        problem.reason().ifPresent(reason -> line(text, "because " + Printable.of(reason)));
        problem.see().ifPresent(see -> line(text, "see " + Printable.of(see)));
        return text.toString();
    }

    /** A line that contains a secret is not shown. */
    private static Optional<Excerpt> excerpt(Problem problem) {
        return problem.key().filter(Secrets::isSecret).isPresent() ? Optional.empty() : Excerpt.of(problem.place());
    }

    private static void line(StringBuilder text, String help) {
        text.append(INDENT).append(help).append('\n');
    }

    private String painted(String paint, String text) {
        return colour ? paint + text + PLAIN : text;
    }
}
