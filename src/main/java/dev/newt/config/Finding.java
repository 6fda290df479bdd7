package dev.newt.config;

import dev.newt.config.yaml.Problem;
import java.util.List;
import java.util.Optional;

/**
 * A rule that several keys break together.
 *
 * @param severity whether the run may go on
 * @param message what is wrong; what would be right
 * @param keys that the rule reads, on the record's own level; the finding is shown at the first of them that is set
 * @param reason why the rule is there
 */
record Finding(Problem.Severity severity, String message, List<String> keys, Optional<String> reason) {
    static Finding error(String message, String... keys) {
        return new Finding(Problem.Severity.ERROR, message, List.of(keys), Optional.empty());
    }

    static Finding warning(String message, String... keys) {
        return new Finding(Problem.Severity.WARNING, message, List.of(keys), Optional.empty());
    }

    Finding because(String why) {
        return new Finding(severity, message, keys, Optional.of(why));
    }
}
