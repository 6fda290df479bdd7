package dev.newt.config;

import dev.newt.config.yaml.Problem;
import java.util.List;

/**
 * A rule that several keys break together.
 *
 * @param severity whether the run may go on
 * @param message what is wrong; what would be right
 * @param keys that the rule reads, on the record's own level; the finding is shown at the first of them that is set
 */
record Finding(Problem.Severity severity, String message, List<String> keys) {
    static Finding error(String message, String... keys) {
        return new Finding(Problem.Severity.ERROR, message, List.of(keys));
    }

    static Finding warning(String message, String... keys) {
        return new Finding(Problem.Severity.WARNING, message, List.of(keys));
    }
}
