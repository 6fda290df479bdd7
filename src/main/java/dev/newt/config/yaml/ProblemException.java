package dev.newt.config.yaml;

import dev.newt.io.UserException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/** Problems that stop everything, in the order in which to report them. The message is their first lines. */
public final class ProblemException extends UserException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    private ProblemException(List<Problem> errors) {
        super(errors.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = errors;
    }

    /** Keeps the errors among the problems, each once. */
    public static ProblemException of(List<Problem> problems) {
        return new ProblemException(
                distinct(problems.stream().filter(Problem::isError).toList()));
    }

    /** Joins what several parts refused, in reading order. */
    public static UserException joined(List<UserException> refusals) {
        if (refusals.stream().allMatch(ProblemException.class::isInstance)) {
            return of(refusals.stream()
                    .flatMap(refusal -> ((ProblemException) refusal).problems().stream())
                    .sorted(Comparator.comparing(Problem::place))
                    .toList());
        }
        return new UserException(
                refusals.stream().map(UserException::getMessage).collect(Collectors.joining("\n")));
    }

    private static List<Problem> distinct(List<Problem> problems) {
        LinkedHashSet<String> told = new LinkedHashSet<>();
        List<Problem> kept = new ArrayList<>();
        for (Problem problem : problems) {
            if (told.add(problem.toString())) {
                kept.add(problem);
            }
        }
        return List.copyOf(kept);
    }

    public List<Problem> problems() {
        return problems;
    }
}
